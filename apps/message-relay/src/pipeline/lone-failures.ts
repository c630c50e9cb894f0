/** Records that no broker answers for: each failed alone, time and again, and others were sent between its failures. */
import { LONGEST_REST_MS, restMs } from '../policy/backoff'
import type { ParkedHead } from '../policy/parked-keys'

/** More are forgotten, the oldest first: then the broker is to blame. */
const MOST = 10_000
/** A rest that ended so long ago was another relay's to go on with, or an operator's to end. */
const FORGOTTEN_AFTER_MS = 10 * LONGEST_REST_MS

interface LoneFailure {
  /** How often it failed alone, counted once between two times that others were sent. */
  readonly failures: number
  readonly restMs: number
  /** ms on the relay's own clock. */
  readonly restsUntil: number
  /** How many batches had been sent by its last failure. */
  readonly sentBefore: number
}

/**
 * Once is no proof: an outage begins and ends so. The rest of a record is known to this process alone, and it never
 * shortens what the table says of its next attempt.
 */
export class LoneFailures {
  private readonly byId = new Map<string, LoneFailure>()
  private sent = 0
  /** Each try may take as long as a publish may: so of those that rest longest one is tried in that time. */
  private turn = { id: '', at: -Infinity }

  isToBlame(id: string): boolean {
    return (this.byId.get(id)?.failures ?? 0) > 1
  }

  /** Milliseconds for which `id` is not to be tried. */
  restLeftMs(id: string, now: number): number {
    const failure = this.byId.get(id)
    if (!failure) return 0
    const waitsForTurn = failure.restMs === LONGEST_REST_MS && id !== this.turn.id
    const turnAt = waitsForTurn ? this.turn.at + LONGEST_REST_MS : now
    return Math.max(0, failure.restsUntil - now, turnAt - now)
  }

  /** Of `heads`, which may all be tried, the one to blame whose rest ended first: it is tried now. */
  next(heads: readonly ParkedHead[], now: number): ParkedHead | undefined {
    const restedUntil = ({ id }: ParkedHead): number => this.byId.get(id)?.restsUntil ?? 0
    const [head] = heads
      .filter(({ id }) => this.isToBlame(id))
      .sort((a, b) => restedUntil(a) - restedUntil(b))
    if (head && this.byId.get(head.id)?.restMs === LONGEST_REST_MS) this.turn = { id: head.id, at: now }
    return head
  }

  /**
   * Nothing but `id` was in a request that no broker answered.
   * @param counted as one of its tries in the table: so in its first four it rests no longer than the table says
   * @returns the milliseconds that it rests now
   */
  failedAlone(id: string, counted: boolean, now: number): number {
    const before = this.byId.get(id)
    const isFurther = counted && (before === undefined || this.sent > before.sentBefore)
    const failures = (before?.failures ?? 0) + (isFurther ? 1 : 0)
    const rest = restMs(failures)
    this.byId.delete(id)
    this.byId.set(id, { failures, restMs: rest, restsUntil: now + rest, sentBefore: this.sent })
    const [oldest] = this.byId.keys()
    if (this.byId.size > MOST && oldest !== undefined) this.byId.delete(oldest)
    return rest
  }

  /** How many are to blame, as far as this relay has to do with them still. */
  count(now: number): number {
    let count = 0
    for (const { failures, restsUntil } of this.byId.values()) {
      if (failures > 1 && restsUntil > now - FORGOTTEN_AFTER_MS) count += 1
    }
    return count
  }

  /** Rows were sent in a batch: these. */
  wereSent(ids: readonly string[]): void {
    this.sent += 1
    for (const id of ids) {
      if (this.isToBlame(id)) this.endRests()
      this.byId.delete(id)
    }
  }

  /** What kept one of them may be over for all. */
  private endRests(): void {
    for (const [id, failure] of this.byId) this.byId.set(id, { ...failure, restMs: 0, restsUntil: 0 })
  }
}
