/** Watches the tries of each row: 1 s, 2 s and 4 s apart, four in all, and on time where nothing disturbs the relays. */
import type { ModelRow } from './model/tables'

/** The schedule as it is promised, and not as the relay's policy has it: that is what is watched. */
const WAITS_MS = [1000, 2000, 4000]
const MOST_TRIES = WAITS_MS.length + 1
/** Later than this is late. */
const LATE_MS = 500

export class RetryWitness {
  private readonly tries = new Map<ModelRow, { readonly count: number; readonly at: string }>()
  /** Rows whose retry has not been made. */
  private readonly waiting = new Set<ModelRow>()
  /** How many retries were judged by the clock. */
  judged = 0

  /**
   * @param now the database's time in milliseconds
   * @param calm no fault touches a relay, PostgreSQL or Kafka: retries come on time
   */
  constructor(
    private readonly now: () => number,
    private readonly calm: boolean,
    private readonly broken: (promise: string) => void,
  ) {}

  /** @param final no record can be made of it: it FAILS at its first try */
  settled(row: ModelRow, final: boolean): void {
    const { id, status, attempts, nextAttemptAt } = row
    const before = this.tries.get(row) ?? { count: 0, at: '' }
    const at = row.error?.attempts.join() ?? ''
    const counts = status !== 'PENDING' || nextAttemptAt !== null
    // A settlement whose answer is lost is written again, with the times of the same tries.
    const isWrittenAgain = status === 'PENDING' && attempts === before.count && at === before.at
    if (attempts !== before.count + (counts ? 1 : 0) && !isWrittenAgain)
      this.broken(`${id}: ${attempts} tries counted after ${before.count}`)
    this.tries.set(row, { count: attempts, at })
    this.waiting.delete(row)
    if (attempts > MOST_TRIES) this.broken(`${id}: tried ${attempts} times`)
    if (status === 'FAILED' && attempts < MOST_TRIES && !final)
      this.broken(`${id}: FAILED after ${attempts} tries`)
    if (nextAttemptAt === null) return
    const waitMs = Math.round(nextAttemptAt - this.now())
    const promisedMs = WAITS_MS[attempts - 1]
    if (waitMs !== promisedMs)
      this.broken(`${id}: try ${attempts + 1} is due after ${waitMs} ms and not ${promisedMs ?? 'ever'}`)
    this.waiting.add(row)
  }

  setBack(row: ModelRow): void {
    this.tries.delete(row)
    this.waiting.delete(row)
  }

  /** A relay sends a request with it: the first since it was settled is the retry. */
  requested({ row, serial }: { readonly row: ModelRow; readonly serial: boolean }): void {
    const due = row.nextAttemptAt
    // Where a key's writers do not wait for one another a row may appear before it, and go first.
    if (!this.waiting.delete(row) || !this.calm || !serial || due === null) return
    this.judged += 1
    const lateMs = this.now() - due
    if (lateMs > LATE_MS) this.broken(`${row.id}: tried again ${Math.round(lateMs)} ms late`)
  }
}
