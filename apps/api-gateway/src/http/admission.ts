/**
 * Bounds how much a process works at once, so that under any load those it lets in are answered as fast as ever and
 * the others are told to come back. What more would be at work would only wait for PostgreSQL, where nobody can see it.
 */
import { HttpProblem } from './problem'

export interface AdmissionLimits {
  /** How many may be at work. */
  readonly atWork: number
  /** A line longer than this is overload, if it stays so for `overloadedAfterMs`. */
  readonly line: number
  readonly overloadedAfterMs: number
  /** How many may stand in the line under overload. */
  readonly overloadedLine: number
  /** Overload is over when nobody had to be refused for so long. */
  readonly calmAfterMs: number
  /** How long somebody stands in the line before he is refused. */
  readonly patienceMs: number
  /** How long after he came somebody is told that he was refused because of overload. */
  readonly refusalMs: number
  /** How many may stand in the line, or be about to be refused, at all: each holds a body in memory. */
  readonly mostHeld: number
}

/**
 * Decision 12 has the figures behind these. The patience leaves time for what PostgreSQL's absence takes to notice:
 * together under two seconds. Calm is longer than it takes those who were refused to come back, all together perhaps.
 */
export const ADMISSION_LIMITS: AdmissionLimits = {
  atWork: 48,
  line: 64,
  overloadedAfterMs: 100,
  overloadedLine: 24,
  calmAfterMs: 3_000,
  patienceMs: 400,
  refusalMs: 1_000,
  mostHeld: 1_000,
}

/** Why there was no place: the line is as long as it may be, or it did not move. */
export type NoPlaceReason = 'overload' | 'waited_too_long'

export class NoPlaceProblem extends HttpProblem {
  constructor(readonly reason: NoPlaceReason) {
    super('SERVICE_UNAVAILABLE', 'Too much is under way; nothing was written')
  }
}

interface Waiter {
  readonly group: string | undefined
  readonly cameAtMs: number
  readonly letIn: () => void
  readonly refuse: (reason: NoPlaceReason) => void
  readonly timer: NodeJS.Timeout
}

/**
 * First come, first served. The line may be long for a moment, for a burst is no overload; when it stays long it is
 * kept short for as long as that takes, so that whoever stands in it is answered nearly as soon as without it.
 */
export class Admission {
  private free: number
  private readonly waiting: Waiter[] = []
  private readonly groups = new Map<string, number>()
  private refusing = 0
  private longSinceMs: number | undefined
  private overloadedUntilMs = -Infinity

  constructor(
    private readonly limits: AdmissionLimits = ADMISSION_LIMITS,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.free = limits.atWork
  }

  /**
   * What `work` returns, run when there is room.
   * @param group of requests that wait for each other anyway: together they take one place
   * @throws {NoPlaceProblem} when there was no room in time; `work` did not run.
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
    for (let [next] = this.waiting; next && this.enter(next.group); [next] = this.waiting) {
      this.remove(next)
      next.letIn()
    }
  }

  private standInLine(group: string | undefined): Promise<void> {
    return new Promise((letIn, reject) => {
      const refuse = (reason: NoPlaceReason) => reject(new NoPlaceProblem(reason))
      const giveUp = () => {
        this.remove(waiter)
        refuse('waited_too_long')
      }
      const waiter: Waiter = {
        group,
        cameAtMs: this.monotonicMs(),
        letIn,
        refuse,
        timer: setTimeout(giveUp, this.limits.patienceMs),
      }
      this.waiting.push(waiter)
      this.shortenLine(waiter.cameAtMs)
    })
  }

  private remove(waiter: Waiter): void {
    clearTimeout(waiter.timer)
    this.waiting.splice(this.waiting.indexOf(waiter), 1)
    if (this.waiting.length <= this.limits.line) this.longSinceMs = undefined
  }

  /** Refuses the newest while the line is longer than it may be. */
  private shortenLine(nowMs: number): void {
    const { line, overloadedAfterMs, overloadedLine, calmAfterMs, mostHeld } = this.limits
    if (this.waiting.length > line) this.longSinceMs ??= nowMs
    const longForMs = nowMs - (this.longSinceMs ?? nowMs)
    const overloaded = nowMs < this.overloadedUntilMs || longForMs > overloadedAfterMs
    const longest = overloaded ? overloadedLine : mostHeld - this.refusing
    while (this.waiting.length > longest) {
      this.overloadedUntilMs = nowMs + calmAfterMs
      const newest = this.waiting.at(-1)
      if (!newest) return
      this.remove(newest)
      this.refuseLater(newest, nowMs)
    }
  }

  /** Whoever tries again as soon as he is refused is slowed down by this, and not the others by him. */
  private refuseLater({ cameAtMs, refuse }: Waiter, nowMs: number): void {
    const { refusalMs, mostHeld } = this.limits
    if (this.waiting.length + this.refusing >= mostHeld) {
      refuse('overload')
      return
    }
    this.refusing++
    setTimeout(
      () => {
        this.refusing--
        refuse('overload')
      },
      cameAtMs + refusalMs - nowMs,
    )
  }
}
