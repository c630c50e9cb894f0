/** The keys that met an unavailable broker: a record of theirs may be to blame, so they are kept from the others. */
import { isAnswer } from '../policy/outcome'
import type { ParkedHead } from '../policy/parked-keys'
import { LoneFailures } from './lone-failures'
import type { Bounds, ClaimedRow } from './ports'
import type { AttemptedRow } from './publish'

/** More are forgotten, the oldest first: then the broker is to blame. */
const MOST = 10_000
/** Fresh rows that a trial takes after one that failed: if it fails too, they are parked. */
const ROWS_OF_A_FURTHER_TRIAL = 10

/** `retries`: rows whose retries had begun, and no other. `others`: those of no suspect's key. */
export type ParkedTurn = 'retries' | 'others' | 'any'

/** What may share a batch. */
export interface Share {
  readonly heads: readonly ParkedHead[]
  readonly mostRows: number
  /** A portion of what an outage failed, smaller than a batch: fresh rows wait for the next one too. */
  readonly beforeFresh: boolean
}

/** A record that no broker answers for, though others are sent. */
export interface Resting {
  readonly row: ClaimedRow
  readonly restMs: number
  /** How many such records there are. */
  readonly resting: number
}

/**
 * A record may end as unavailable each time it is sent, and look like an outage for ever. So whatever shared a request
 * with it is tried again in portions, which double with each success of a suspect, and a trial that failed is followed
 * by one with other keys. One that no broker answered, alone, again and again is to blame, and rests between its tries.
 *
 * | turn      | due                     | batch                        |
 * | --------- | ----------------------- | ---------------------------- |
 * | `any`     | suspects                | a portion of them            |
 * |           | else records to blame   | one of them, alone           |
 * |           | else                    | all                          |
 * | `others`  |                         | those of no suspect          |
 * | `retries` | any not to blame        | those, suspects or not       |
 * |           | records to blame only   | one of them, alone           |
 */
export class Suspects {
  /** In the order in which they were tried last. */
  private readonly keys = new Set<string>()
  private readonly lone = new LoneFailures()
  private portion = 1
  private trialFailed = false
  /** An outage made them suspects: until one of them fails though the broker is well. */
  private ofAnOutage = false

  /** @param batch the bounds of any batch */
  constructor(private readonly batch: Bounds) {}

  /** The last trial failed: the next begins with other keys, where others are due. */
  get othersFirst(): boolean {
    return this.trialFailed
  }

  /** The most fresh rows that the next batch may hold. */
  get freshRows(): number {
    return this.trialFailed ? Math.min(this.batch.rows, ROWS_OF_A_FURTHER_TRIAL) : this.batch.rows
  }

  /** Milliseconds for which `head` is not to be tried, whatever the table says. */
  restLeftMs({ id }: ParkedHead, now: number): number {
    return this.lone.restLeftMs(id, now)
  }

  /** Learns from what a batch met. @returns the record that rests from now on, if one does */
  published(attempted: readonly AttemptedRow[], trial: boolean, now: number): Resting | undefined {
    const sent = attempted.filter(({ attempt }) => attempt.kind === 'sent')
    const failed = attempted.filter(
      ({ attempt }) => attempt.kind === 'unavailable' && attempt.scope === 'broker',
    )
    const suspectSent = this.wereSent(sent, attempted)
    if (failed.length === 0) {
      if (suspectSent) this.portion = Math.min(this.portion * 2, MOST)
      if (sent.length > 0) this.trialFailed = false
      return undefined
    }
    // A trial that fails says that the outage was not over.
    if (!trial && failed.some(({ row }) => this.keys.has(row.key))) this.ofAnOutage = false
    for (const { row } of failed) this.add(row.key)
    this.portion = 1
    this.trialFailed ||= trial
    return this.rest(attempted, failed, trial, now)
  }

  /** The broker could not be reached, or took nothing, and does again: it was no record's doing. */
  outageIsOver(): void {
    this.ofAnOutage = true
  }

  /** A trial had nothing to try the broker with: that an earlier one failed says nothing any more. */
  nothingToTry(): void {
    this.trialFailed = false
  }

  /**
   * Those of `heads`, which are due, that may share a batch in `turn`. A key's own earlier rows may be held up by the
   * one to blame, so rows are counted.
   */
  share(heads: readonly ParkedHead[], turn: ParkedTurn, now: number): Share {
    const whole = { mostRows: this.batch.rows, beforeFresh: false }
    const blameless = heads.filter(({ id }) => !this.lone.isToBlame(id))
    if (turn === 'others') return { heads: blameless.filter(({ key }) => !this.keys.has(key)), ...whole }
    const suspects = turn === 'any' ? this.suspectsOf(blameless) : []
    if (suspects.length > 0) {
      const mostRows = Math.min(this.portion, this.batch.rows)
      const beforeFresh = this.ofAnOutage && mostRows < this.batch.rows
      return { heads: suspects.slice(0, mostRows), mostRows, beforeFresh }
    }
    // It has its turn before those that are always many; in an outage its tries would hold up the others' retries.
    const alone = turn === 'any' || blameless.length === 0 ? this.lone.next(heads, now) : undefined
    return alone ? { heads: [alone], mostRows: 1, beforeFresh: false } : { heads: blameless, ...whole }
  }

  private suspectsOf(heads: readonly ParkedHead[]): ParkedHead[] {
    const byKey = new Map(heads.map((head) => [head.key, head]))
    return [...this.keys].flatMap((key) => byKey.get(key) ?? [])
  }

  /** @returns whether a suspect was among them */
  private wereSent(sent: readonly AttemptedRow[], attempted: readonly AttemptedRow[]): boolean {
    if (sent.length === 0) return false
    this.lone.wereSent(sent.map(({ row }) => row.id))
    const suspects = new Set(sent.map(({ row }) => row.key).filter((key) => this.keys.delete(key)))
    // Further rows of its keys may wait, and the one to blame among them: they stay suspects, behind the others.
    if (this.isFull(attempted)) for (const key of suspects) this.keys.add(key)
    return suspects.size > 0
  }

  /** A claim ends where either bound is reached. */
  private isFull(attempted: readonly AttemptedRow[]): boolean {
    const bytes = attempted.reduce((sum, { row }) => sum + row.bytes, 0)
    return attempted.length >= Math.min(this.portion, this.batch.rows) || bytes >= this.batch.bytes
  }

  private add(key: string): void {
    this.keys.delete(key)
    this.keys.add(key)
    const [oldest] = this.keys
    if (this.keys.size > MOST && oldest !== undefined) this.keys.delete(oldest)
  }

  private rest(
    attempted: readonly AttemptedRow[],
    [first, second]: readonly AttemptedRow[],
    trial: boolean,
    now: number,
  ): Resting | undefined {
    // A broker that answers was kept by no record from answering. What is withheld may have been in the request.
    if (!first || second || first.attempt.kind !== 'unavailable' || isAnswer(first.attempt.fault))
      return undefined
    if (attempted.some(({ attempt }) => attempt.kind === 'withheld')) return undefined
    const restMs = this.lone.failedAlone(first.row.id, !trial, now)
    return restMs > 0 ? { row: first.row, restMs, resting: this.lone.count(now) } : undefined
  }
}
