/** What one call of the publisher knows of its records: their outcomes, and the keys that go no further. */
import type { NotTried } from '../pipeline/ports'
import type { Outcome } from '../policy/outcome'
import type { Failure } from './error-table'

/** A record by its place in the batch. */
export interface Placed {
  readonly index: number
  readonly key: string
}

export class PublishCall {
  private readonly results: (Outcome | NotTried)[] = []
  private readonly stopped = new Map<string, NotTried>()
  private brokerGone = false

  constructor(private readonly allowed: () => boolean) {}

  /** False once the broker was unavailable: what has not been tried yet is handed back. */
  mayStart(): boolean {
    return !this.brokerGone && this.allowed()
  }

  /** Those whose key may go on; the others are marked. */
  open<R extends Placed>(records: readonly R[]): readonly R[] {
    if (this.stopped.size === 0) return records
    return records.filter(({ index, key }) => {
      const reason = this.stopped.get(key)
      if (reason) this.results[index] = reason
      return !reason
    })
  }

  settle(index: number, outcome: Outcome, key: string): void {
    this.results[index] = outcome
    if (outcome.kind !== 'sent') this.stopped.set(key, { kind: 'withheld' })
  }

  /** The first record of each key has failed, the others wait behind it. */
  fail(records: readonly Placed[], failure: Failure): void {
    if (failure.kind === 'unavailable' && failure.scope === 'broker') this.brokerGone = true
    for (const { index, key } of records) {
      if (this.stopped.has(key)) this.results[index] = { kind: 'withheld' }
      else this.settle(index, failure, key)
    }
  }

  /** They were not tried, and neither is anything behind them. */
  handBack(records: readonly Placed[]): void {
    for (const { index, key } of records) {
      const reason = this.stopped.get(key) ?? { kind: 'handed_back' }
      this.stopped.set(key, reason)
      this.results[index] = reason
    }
  }

  resultOf(index: number): Outcome | NotTried {
    return this.results[index] ?? { kind: 'handed_back' }
  }
}
