/** CPU seconds and memory of processes, as Linux has them in /proc. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  /** User and system time together. */
  readonly cpuSeconds: number
  readonly residentMb: number
  /** The part of it that is no file's: pages of files come and go as the kernel likes. */
  readonly ownMb: number
  /** The largest it ever was. */
  readonly peakResidentMb: number
}

let ticksPerSecond: number | undefined

/**
 * What a process has used so far.
 * @throws when there is no such process, or no /proc on this system.
 */
export function usageOf(pid: number): ProcessUsage {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name of the program may hold blanks: the fields are counted from its closing bracket, state being the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    residentMb: megabytes('VmRSS'),
    ownMb: megabytes('RssAnon'),
    peakResidentMb: megabytes('VmHWM'),
  }
}

/** What several processes have used together. */
export function usageOfAll(pids: readonly number[]): ProcessUsage {
  const usages = pids.map(usageOf)
  const sum = (figure: (usage: ProcessUsage) => number) =>
    usages.reduce((total, usage) => total + figure(usage), 0)
  return {
    cpuSeconds: sum((usage) => usage.cpuSeconds),
    residentMb: sum((usage) => usage.residentMb),
    ownMb: sum((usage) => usage.ownMb),
    peakResidentMb: sum((usage) => usage.peakResidentMb),
  }
}
