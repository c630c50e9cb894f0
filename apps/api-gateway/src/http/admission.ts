/**
 * Bounds how much a process works at once, so that under any load those it lets in are answered as fast as ever and
 * the others are told to come back. What more would be at work would only wait for PostgreSQL, where nobody can see it.
 */
import { HttpProblem } from './problem'

export interface AdmissionLimits {
  /** How many may be at work. */
  readonly atWork: number
  /** A line longer than this means overload, if it stays so for `overloadedAfterMs`. */
  readonly line: number
  readonly overloadedAfterMs: number
  /** How long somebody stands in the line before he is refused. */
  readonly patienceMs: number
  /** How many may stand in the line at all: each holds a body in memory. */
  readonly longestLine: number
}

/**
 * At 48 at work the throughput has long been at its highest (its knee is near the pool's size), and a line of 64 is
 * as much again. The patience leaves time for what PostgreSQL's absence takes to notice: together under two seconds.
 */
export const ADMISSION_LIMITS: AdmissionLimits = {
  atWork: 48,
  line: 64,
  overloadedAfterMs: 100,
  patienceMs: 400,
  longestLine: 1_000,
}

interface Waiter {
  readonly group: string | undefined
  readonly letIn: () => void
  readonly refuse: () => void
  readonly timer: NodeJS.Timeout
}

/**
 * First come, first served, until overload: then the newest goes first. Who has waited long would be answered too
 * late to be glad of it, so under overload a few wait in vain and the rest do not notice, instead of all being slow.
 */
export class Admission {
  private free: number
  private readonly waiting: Waiter[] = []
  private readonly groups = new Map<string, number>()
  private longSinceMs: number | undefined

  constructor(
    private readonly limits: AdmissionLimits = ADMISSION_LIMITS,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.free = limits.atWork
  }

  /**
   * What `work` returns, run when there is room.
   * @param group of requests that wait for each other anyway: together they take one place
   * @throws {HttpProblem} SERVICE_UNAVAILABLE when there was no room in time; `work` did not run.
   */
  async run<T>(work: () => Promise<T>, group?: string): Promise<T> {
    if (!this.enter(group)) await this.standInLine(group)
    try {
      return await work()
    } finally {
      this.leave(group)
    }
  }

  /** Takes a place, if there is one, or shares that of its group. */
  private enter(group: string | undefined): boolean {
    const members = group === undefined ? undefined : this.groups.get(group)
    if (members === undefined) {
      if (this.free === 0) return false
      this.free--
    }
    if (group !== undefined) this.groups.set(group, (members ?? 0) + 1)
    return true
  }

  private leave(group: string | undefined): void {
    if (group !== undefined) {
      const others = (this.groups.get(group) ?? 1) - 1
      if (others > 0) {
        this.groups.set(group, others)
        return
      }
      this.groups.delete(group)
    }
    this.free++
    this.letNextIn()
  }

  private letNextIn(): void {
    while (this.waiting.length > 0) {
      const next = this.overloaded ? this.waiting.at(-1) : this.waiting[0]
      if (!next || !this.enter(next.group)) return
      this.remove(next)
      next.letIn()
    }
  }

  private standInLine(group: string | undefined): Promise<void> {
    const { longestLine, patienceMs } = this.limits
    return new Promise((resolve, reject) => {
      const refuse = () => {
        this.remove(waiter)
        reject(new HttpProblem('SERVICE_UNAVAILABLE', 'Too much is under way; nothing was written'))
      }
      const waiter: Waiter = { group, letIn: resolve, refuse, timer: setTimeout(refuse, patienceMs) }
      this.waiting.push(waiter)
      this.watchTheLine()
      if (this.waiting.length > longestLine) this.waiting[0]?.refuse()
    })
  }

  private remove(waiter: Waiter): void {
    clearTimeout(waiter.timer)
    this.waiting.splice(this.waiting.lastIndexOf(waiter), 1)
    this.watchTheLine()
  }

  private watchTheLine(): void {
    if (this.waiting.length <= this.limits.line) this.longSinceMs = undefined
    else this.longSinceMs ??= this.monotonicMs()
  }

  private get overloaded(): boolean {
    const { longSinceMs, limits } = this
    return longSinceMs !== undefined && this.monotonicMs() - longSinceMs > limits.overloadedAfterMs
  }
}
