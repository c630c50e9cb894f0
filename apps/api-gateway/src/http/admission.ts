/**
 * Bounds how much a process works at once, so that under any load those it lets in are answered as fast as ever and
 * the others are told to come back. What more would be at work would only wait for PostgreSQL, where nobody can see it.
 */
import { FAULT_MESSAGE } from './error-map'
import { NO_OVERLOAD, onJoined, onLeft, type OverloadLimits } from './overload-policy'
import { HttpProblem } from './problem'
import type { RefusalReason } from './refusal-reason'
import { WaitingLine, type GroupKey } from './waiting-line'

/** `line` and `overloadedLine` count groups, for those of a group share a place. */
export interface AdmissionLimits extends OverloadLimits {
  /** How many groups may be at work. */
  readonly atWork: number
  /** How long somebody stands in the line before he is refused. */
  readonly patienceMs: number
  /** How long after he came somebody is told that he was refused because of overload. */
  readonly refusalMs: number
  /** How many requests may stand in the line or be about to be told, together: each holds a body in memory. */
  readonly mostHeld: number
}

/**
 * Decision 12 has the figures behind these. The patience leaves time for what PostgreSQL's absence takes to notice:
 * together under two seconds. Of fewer than `line / patienceMs` arrivals a second no line grows long enough to be overload:
 * whoever is too many waits out his patience. Calm is longer than it takes those who were refused to come back, all together
 * perhaps.
 */
export const ADMISSION_LIMITS: AdmissionLimits = {
  atWork: 48,
  line: 192,
  overloadedAfterMs: 250,
  overloadedLine: 24,
  calmAfterMs: 3_000,
  patienceMs: 400,
  refusalMs: 1_000,
  mostHeld: 1_000,
}

/** Who asks to be let in. */
export interface Entrant {
  /** Of requests that wait for each other anyway: together they take one place. */
  readonly group?: string | undefined
  /** The response; its `close` says that nobody waits for an answer any more. */
  readonly response?: Closable
  /** Told once, as soon as it is decided: the refusal itself may be told later. */
  readonly onRefused?: (problem: HttpProblem, reason: RefusalReason) => void
}

interface Closable {
  readonly destroyed: boolean
  once(event: 'close', listener: () => void): unknown
  off(event: 'close', listener: () => void): unknown
}

interface Waiter {
  readonly group: GroupKey
  readonly entrant: Entrant
  readonly cameAtMs: number
  readonly letIn: () => void
  readonly end: (problem: HttpProblem) => void
  /** Until his patience is at its end, and once he is refused until he is told. */
  timer: NodeJS.Timeout
}

/**
 * First come, first served. The line may be long for a moment, for a burst is no overload; when it stays long it is
 * kept short for as long as that takes, so that whoever stands in it is answered nearly as soon as without it.
 */
export class Admission {
  /** How many of each group are at work. Nobody stands in the line while there is room for a group. */
  private readonly atWork = new Map<GroupKey, number>()
  private readonly line = new WaitingLine<Waiter>()
  /** About to be told, in the order in which they were refused. */
  private readonly refused = new Set<Waiter>()
  private overload = NO_OVERLOAD
  private stopping = false

  constructor(
    private readonly limits: AdmissionLimits = ADMISSION_LIMITS,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {}

  /**
   * What `work` returns, run when there is room.
   * @throws {HttpProblem} SERVICE_UNAVAILABLE or SHUTTING_DOWN when there was no room in time, BAD_REQUEST when the
   *   client went away before there was; `work` did not run.
   */
  async run<T>(work: () => Promise<T>, entrant: Entrant = {}): Promise<T> {
    const group = entrant.group ?? Symbol('alone')
    if (!this.enter(group)) await this.wait(group, entrant)
    try {
      return await work()
    } finally {
      this.leave(group)
    }
  }

  /**
   * Lets nobody join the line from now on, and tells at once whoever is about to be told that he is refused.
   * @param timeoutMs in which all must be answered; the line is refused, too, when it is shorter than the patience
   */
  stop(timeoutMs: number): void {
    this.stopping = true
    for (const waiter of this.refused) this.tell(waiter, 'shutting_down')
    if (timeoutMs >= this.limits.patienceMs) return
    for (const waiter of this.line.takeBeyond(0)) this.refuse(waiter, 'shutting_down')
  }

  /** Takes a place, if there is one, or shares that of its group. */
  private enter(group: GroupKey): boolean {
    const members = this.atWork.get(group)
    if (members === undefined && this.atWork.size >= this.limits.atWork) return false
    this.atWork.set(group, (members ?? 0) + 1)
    return true
  }

  private leave(group: GroupKey): void {
    const others = (this.atWork.get(group) ?? 1) - 1
    if (others > 0) {
      this.atWork.set(group, others)
      return
    }
    this.atWork.delete(group)
    for (const waiter of this.line.takeFirst()) {
      this.enter(waiter.group)
      waiter.letIn()
    }
    this.overload = onLeft(this.overload, this.line.length, this.limits)
  }

  private wait(group: GroupKey, entrant: Entrant): Promise<void> {
    const { response } = entrant
    return new Promise<void>((resolve, reject) => {
      const release = () => {
        clearTimeout(waiter.timer)
        response?.off('close', goAway)
      }
      const waiter: Waiter = {
        group,
        entrant,
        cameAtMs: this.monotonicMs(),
        letIn: () => {
          release()
          resolve()
        },
        end: (problem) => {
          release()
          reject(problem)
        },
        timer: setTimeout(() => this.giveUp(waiter), this.limits.patienceMs),
      }
      const goAway = () => {
        this.removeFromLine(waiter)
        this.refused.delete(waiter)
        waiter.end(new HttpProblem('BAD_REQUEST', 'The client went away before its request was let in'))
      }
      response?.once('close', goAway)
      if (response?.destroyed) goAway()
      else if (this.stopping) this.refuse(waiter, 'shutting_down')
      else this.joinLine(waiter)
    })
  }

  private joinLine(waiter: Waiter): void {
    const nowMs = waiter.cameAtMs
    this.line.join(waiter)
    this.overload = onJoined(this.overload, this.line.length, nowMs, this.limits)
    for (const newest of this.line.takeBeyond(this.overload.longestLine)) this.refuseLater(newest, nowMs)
    this.overload = onLeft(this.overload, this.line.length, this.limits)
    if (this.line.members + this.refused.size <= this.limits.mostHeld) return
    const [oldest] = this.refused
    if (oldest) this.tell(oldest, 'overload')
    else if (this.removeFromLine(waiter)) this.refuse(waiter, 'overload')
  }

  private removeFromLine(waiter: Waiter): boolean {
    const stood = this.line.leave(waiter)
    if (stood) this.overload = onLeft(this.overload, this.line.length, this.limits)
    return stood
  }

  private giveUp(waiter: Waiter): void {
    if (this.removeFromLine(waiter)) this.refuse(waiter, this.stopping ? 'shutting_down' : 'waited_too_long')
  }

  /** Whoever tries again as soon as he is refused is slowed down by this, and not the others by him. */
  private refuseLater(waiter: Waiter, nowMs: number): void {
    clearTimeout(waiter.timer)
    waiter.entrant.onRefused?.(refusalFor('overload'), 'overload')
    this.refused.add(waiter)
    const inMs = waiter.cameAtMs + this.limits.refusalMs - nowMs
    waiter.timer = setTimeout(() => this.tell(waiter, 'overload'), inMs)
  }

  private refuse(waiter: Waiter, reason: RefusalReason): void {
    waiter.entrant.onRefused?.(refusalFor(reason), reason)
    this.tell(waiter, reason)
  }

  private tell(waiter: Waiter, reason: RefusalReason): void {
    this.refused.delete(waiter)
    waiter.end(refusalFor(reason))
  }
}

function refusalFor(reason: RefusalReason): HttpProblem {
  if (reason === 'shutting_down') return new HttpProblem('SHUTTING_DOWN', FAULT_MESSAGE.SHUTTING_DOWN)
  return new HttpProblem('SERVICE_UNAVAILABLE', 'Too much is under way; nothing was written')
}
