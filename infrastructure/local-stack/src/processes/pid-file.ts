/** A file that names a process so that a later run can find it, and be sure that it is still the same one. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { waitUntil } from '../wait-until'
import { descendants, isAlive, signal, startMark } from './process-table'

export interface ProcessIdentity {
  readonly pid: number
  readonly mark: string
}

/** The identity of a living process, or undefined. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const mark = startMark(pid)
  return mark === undefined ? undefined : { pid, mark }
}

export const writePidFile = (file: string, pid: number): void => {
  const identity = identify(pid)
  if (identity === undefined) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify(identity))
}

export const removePidFile = (file: string): void => {
  rmSync(file, { force: true })
}

/** The process that the file names, if that very process still lives. */
export const readPidFile = (file: string): ProcessIdentity | undefined => {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity
    return isAlive(pid, mark) ? { pid, mark } : undefined
  } catch {
    return undefined
  }
}

/**
 * Ends the process of a pid file and its children: asked by `how` first, killed after `graceMs`. True if there was
 * one. Returns when even its number is free: PostgreSQL refuses a data folder whose last owner is not reaped yet.
 */
export const endProcessOf = async (
  file: string,
  how: NodeJS.Signals = 'SIGTERM',
  graceMs = 5_000,
): Promise<boolean> => {
  const orphan = readPidFile(file)
  if (orphan === undefined) {
    removePidFile(file)
    return false
  }
  const { pid, mark } = orphan
  const gone = (timeoutMs: number): Promise<boolean> =>
    waitUntil(`the end of process ${pid}`, () => (isAlive(pid, mark) ? undefined : true), {
      timeoutMs,
    }).catch(() => false)
  for (const member of [pid, ...descendants(pid)]) signal(member, 'SIGCONT')
  signal(pid, how)
  if (!(await gone(graceMs))) {
    const family = descendants(pid)
    signal(pid, 'SIGKILL')
    for (const member of family) signal(member, 'SIGKILL')
    await gone(5_000)
  }
  await waitUntil(`process ${pid} to be reaped`, () => (numberIsTaken(pid) ? undefined : true), {
    timeoutMs: 5_000,
  }).catch(() => undefined)
  removePidFile(file)
  return true
}

const numberIsTaken = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
