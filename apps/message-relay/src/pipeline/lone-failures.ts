/** Records that no broker answers for: each failed alone, time and again, and others were sent between its failures. */
import { LONGEST_REST_MS, restMs } from '../policy/backoff'

/** More are forgotten, the oldest first: then the broker is to blame. */
const MOST = 10_000

interface LoneFailure {
  /** How often it failed alone, counted once between two times that others were sent. */
  readonly failures: number
  /** It rests until then: ms on the relay's own clock. */
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
  /** When the last of those that rest longest is to be tried. */
  private lastTurnAt = -Infinity

  /** `id` is to blame for its failures. */
  has(id: string): boolean {
    return (this.byId.get(id)?.failures ?? 0) > 1
  }

  /** Milliseconds for which `id` is not to be tried. */
  restLeftMs(id: string, now: number): number {
    return Math.max(0, (this.byId.get(id)?.restsUntil ?? now) - now)
  }

  /** Nothing but `id` was in a request that met an unavailable broker. @returns the milliseconds that it rests now */
  failedAlone(id: string, now: number): number {
    const before = this.byId.get(id)
    const counts = before === undefined || this.sent > before.sentBefore
    const failures = (before?.failures ?? 0) + (counts ? 1 : 0)
    const restsUntil = this.restUntil(failures, now)
    this.byId.delete(id)
    this.byId.set(id, { failures, restsUntil, sentBefore: this.sent })
    const [oldest] = this.byId.keys()
    if (this.byId.size > MOST && oldest !== undefined) this.byId.delete(oldest)
    return restsUntil - now
  }

  /** Rows were sent in a batch: these. */
  wereSent(ids: readonly string[]): void {
    this.sent += 1
    for (const id of ids) {
      if (this.has(id)) this.endRests()
      this.byId.delete(id)
    }
  }

  /** What kept one of them may be over for all. */
  private endRests(): void {
    this.lastTurnAt = -Infinity
    for (const [id, failure] of this.byId) this.byId.set(id, { ...failure, restsUntil: -Infinity })
  }

  /** Each try may take as long as a publish may: so many records, tried so seldom, take turns. */
  private restUntil(failures: number, now: number): number {
    const rest = restMs(failures)
    if (rest < LONGEST_REST_MS) return now + rest
    this.lastTurnAt = Math.max(this.lastTurnAt, now) + LONGEST_REST_MS
    return this.lastTurnAt
  }
}
