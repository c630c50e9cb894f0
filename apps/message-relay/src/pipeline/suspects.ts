/** The keys that met an unavailable broker: a record of theirs may be to blame, so they are kept from the others. */
import type { ParkedHead } from '../policy/parked-keys'
import { LoneFailures } from './lone-failures'
import type { ClaimedRow } from './ports'
import type { AttemptedRow } from './publish'

/** More are forgotten, the oldest first: then the broker is to blame. */
const MOST = 10_000
/** Fresh rows that a trial takes after one that failed: if it fails too, they are parked. */
const ROWS_OF_A_FURTHER_TRIAL = 10

/**
 * `retries`: rows whose retries had begun, and no other. `others`: those of no suspect's key. `any`: a portion of the
 * suspects' where there are some.
 */
export type ParkedTurn = 'retries' | 'others' | 'any'

/** What may share a batch. */
export interface Share {
  readonly heads: readonly ParkedHead[]
  /** How many rows it may hold. */
  readonly rows: number
  /** A portion of what an outage failed, smaller than a batch: fresh rows wait for the next one too. */
  readonly isFirst: boolean
}

/** A record that no broker answers for, though others are sent. */
export interface Resting {
  readonly row: ClaimedRow
  readonly restMs: number
}

/**
 * A record may end as unavailable each time it is sent, and look like an outage for ever. So whatever shared a request
 * with it is tried again in portions, which double with each success of a suspect, and a trial that failed is followed
 * by one with other keys. One that failed alone again and again rests between its tries.
 */
export class Suspects {
  /** In the order in which they were tried last. */
  private readonly keys = new Set<string>()
  private readonly lone = new LoneFailures()
  private portion = 1
  private trialFailed = false
  /** Something was sent after the last failure: then the broker was well. */
  private sentSince = false
  /** An outage made them suspects: until one of them fails though the broker is well. */
  private ofAnOutage = false

  /** @param batchRows the most rows of any batch */
  constructor(private readonly batchRows: number) {}

  /** The last trial failed: the next begins with other keys, where others are due. */
  get othersFirst(): boolean {
    return this.trialFailed
  }

  /** The most fresh rows that the next batch may hold. */
  get freshRows(): number {
    return this.trialFailed ? Math.min(this.batchRows, ROWS_OF_A_FURTHER_TRIAL) : this.batchRows
  }

  /** Milliseconds for which `head` is not to be tried, whatever the table says. */
  restLeftMs({ id }: ParkedHead, now: number): number {
    return this.lone.restLeftMs(id, now)
  }

  /** Learns from what a batch met. @returns the record that rests from now on, if one does */
  published(attempted: readonly AttemptedRow[], trial: boolean, now: number): Resting | undefined {
    // Further rows of its keys may wait, and the one to blame among them: they stay suspects, behind the others.
    const isFull = attempted.length >= Math.min(this.portion, this.batchRows)
    const sent: string[] = []
    const failed: ClaimedRow[] = []
    let suspectSent = false
    let suspectFailed = false
    for (const { row, attempt } of attempted) {
      if (attempt.kind === 'sent') {
        sent.push(row.id)
        if (!this.keys.delete(row.key)) continue
        suspectSent = true
        if (isFull) this.keys.add(row.key)
      } else if (attempt.kind === 'unavailable' && attempt.scope === 'broker') {
        failed.push(row)
        suspectFailed ||= this.keys.has(row.key)
        this.add(row.key)
      }
    }
    if (sent.length > 0) {
      this.lone.wereSent(sent)
      this.sentSince = true
    }
    if (failed.length > 0) {
      if (suspectFailed && this.sentSince) this.ofAnOutage = false
      this.sentSince = false
      this.portion = 1
      this.trialFailed ||= trial
      return this.rest(failed, attempted, now)
    }
    if (suspectSent) this.portion = Math.min(this.portion * 2, MOST)
    if (sent.length > 0) this.trialFailed = false
    return undefined
  }

  /** The broker could not be reached, and can be again. */
  outageIsOver(): void {
    this.ofAnOutage = true
  }

  /** A trial had nothing to try the broker with: that an earlier one failed says nothing any more. */
  nothingToTry(): void {
    this.trialFailed = false
  }

  /**
   * Those of `heads` that may share a batch in `turn`. A key's own earlier rows may be held up by the one to blame, so
   * rows are counted.
   */
  share(heads: readonly ParkedHead[], turn: ParkedTurn): Share {
    const batch = { rows: this.batchRows, isFirst: false }
    const byKey = new Map(heads.filter(({ id }) => !this.lone.has(id)).map((head) => [head.key, head]))
    const [alone] = heads.filter(({ id }) => this.lone.has(id))
    if (turn === 'others')
      return { heads: [...byKey.values()].filter(({ key }) => !this.keys.has(key)), ...batch }
    const suspects = turn === 'any' ? [...this.keys].flatMap((key) => byKey.get(key) ?? []) : []
    if (suspects.length > 0) {
      const rows = Math.min(this.portion, this.batchRows)
      return { heads: suspects.slice(0, rows), rows, isFirst: rows < this.batchRows && this.ofAnOutage }
    }
    // One that rests between its tries has its turn before those that are always many; in an outage it is as any other.
    if (alone && (turn === 'any' || byKey.size === 0)) return { heads: [alone], rows: 1, isFirst: false }
    return { heads: [...byKey.values()], ...batch }
  }

  private add(key: string): void {
    this.keys.delete(key)
    this.keys.add(key)
    const [oldest] = this.keys
    if (this.keys.size > MOST && oldest !== undefined) this.keys.delete(oldest)
  }

  private rest(
    failed: readonly ClaimedRow[],
    attempted: readonly AttemptedRow[],
    now: number,
  ): Resting | undefined {
    const [row] = failed
    // What is withheld may have been in its request.
    if (!row || failed.length > 1 || attempted.some(({ attempt }) => attempt.kind === 'withheld'))
      return undefined
    const restMs = this.lone.failedAlone(row.id, now)
    return restMs > 0 ? { row, restMs } : undefined
  }
}
