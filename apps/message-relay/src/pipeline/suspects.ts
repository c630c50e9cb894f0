/** The keys that met an unavailable broker: a record of theirs may be to blame, so they are kept from the others. */
import type { ParkedHead } from '../policy/parked-keys'
import type { AttemptedRow } from './publish'

/** More are forgotten, the oldest first: then the broker is to blame. */
const MOST = 10_000
/** Fresh rows that a trial takes after one that failed: if it fails too, they are parked. */
const ROWS_OF_A_FURTHER_TRIAL = 10

/**
 * A record may end as unavailable each time it is sent, and look like an outage for ever. So whatever shared a request
 * with it is tried again in portions, which double with each success of a suspect, and a trial that failed is followed
 * by one with other keys.
 */
export class Suspects {
  /** In the order in which they were tried last. */
  private readonly keys = new Set<string>()
  private portion = 1
  private trialFailed = false

  /** @param batchRows the most rows of any batch */
  constructor(private readonly batchRows: number) {}

  /** The last trial failed: the next begins with other keys, where others are due. */
  get othersFirst(): boolean {
    return this.trialFailed
  }

  /** The most fresh rows that the next batch may hold. */
  freshRows(most: number): number {
    return this.trialFailed ? Math.min(most, ROWS_OF_A_FURTHER_TRIAL) : most
  }

  /** Learns from what a batch met. */
  published(attempted: readonly AttemptedRow[], trial: boolean): void {
    // Further rows of its keys may wait, and the one to blame among them: they stay suspects, behind the others.
    const isFull = attempted.length >= Math.min(this.portion, this.batchRows)
    let failed = false
    let sent = false
    let suspectSent = false
    for (const { row, attempt } of attempted) {
      if (attempt.kind === 'sent') {
        sent = true
        if (!this.keys.delete(row.key)) continue
        suspectSent = true
        if (isFull) this.keys.add(row.key)
      } else if (attempt.kind === 'unavailable' && attempt.scope === 'broker') {
        failed = true
        this.add(row.key)
      }
    }
    if (failed) {
      this.portion = 1
      this.trialFailed ||= trial
      return
    }
    if (suspectSent) this.portion = Math.min(this.portion * 2, MOST)
    if (sent) this.trialFailed = false
  }

  /** Those of `heads` whose keys are no suspects. */
  others(heads: readonly ParkedHead[]): readonly ParkedHead[] {
    return heads.filter(({ key }) => !this.keys.has(key))
  }

  /**
   * Those of `heads` that may share a batch, and how many rows it may hold, of `most`: a portion of the suspects, or
   * all where there is none. A key's own earlier rows may be held up by the one to blame, so rows are counted.
   */
  share(heads: readonly ParkedHead[], most: number): { heads: readonly ParkedHead[]; rows: number } {
    const byKey = new Map(heads.map((head) => [head.key, head]))
    const suspects = [...this.keys].flatMap((key) => byKey.get(key) ?? [])
    if (suspects.length === 0) return { heads, rows: most }
    return { heads: suspects.slice(0, this.portion), rows: Math.min(this.portion, most) }
  }

  private add(key: string): void {
    this.keys.delete(key)
    this.keys.add(key)
    const [oldest] = this.keys
    if (this.keys.size > MOST && oldest !== undefined) this.keys.delete(oldest)
  }
}
