/** Looks at the machine's processes: who lives, since when, and whose children they are. */
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'

const onLinux = process.platform === 'linux'

/** The fields of /proc/<pid>/stat after the command, which may itself hold spaces and brackets. */
const statFields = (pid: number): string[] | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

const ps = (...args: string[]): string => {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch {
    return ''
  }
}

/**
 * A mark that no other process of this pid can have: when it started. Undefined once it is gone; a zombie,
 * which only waits for its parent to notice, counts as gone.
 */
export const startMark = (pid: number): string | undefined => {
  if (!onLinux) {
    const line = ps('-o', 'stat=,lstart=', '-p', String(pid)).trim()
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
  }
  const fields = statFields(pid)
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined
  return fields[19]
}

/** Whether the very process that bore this mark still lives. */
export const isAlive = (pid: number, mark: string): boolean => startMark(pid) === mark

/** All descendants of a process, parents before their children. */
export const descendants = (pid: number): number[] => {
  const childrenOf = new Map<number, number[]>()
  const add = (child: number, parent: number): void => {
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), child])
  }
  if (onLinux) {
    for (const entry of readdirSync('/proc')) {
      const child = Number(entry)
      if (!Number.isInteger(child)) continue
      const parent = statFields(child)?.[1]
      if (parent !== undefined) add(child, Number(parent))
    }
  } else {
    for (const line of ps('-A', '-o', 'pid=,ppid=').split('\n')) {
      const [child, parent] = line.trim().split(/\s+/).map(Number)
      if (child !== undefined && parent !== undefined) add(child, parent)
    }
  }
  const found: number[] = []
  const queue = [pid]
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const children = childrenOf.get(next) ?? []
    found.push(...children)
    queue.push(...children)
  }
  return found
}

/** Sends a signal; a process that is gone is no fault. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
