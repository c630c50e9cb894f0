/** What the log says of PostgreSQL's troubles: one line a cycle whoever meets them, and one when it is back. */
import { DatabaseOutage, describeError, type Logger } from '@infinite-scribe/service-kit'
import { AWAY, POOL_BUSY, troubleOf, type Trouble } from './troubles'

const CYCLE_MS = 5_000

/** Who meets a trouble, and what cannot be done then. */
const STEPS = {
  connection: 'no connection is to be had',
  statement: 'a connection was lost, or silent, under a statement',
  stream: 'the event stream is interrupted',
  wake_up: 'a wake-up was not sent',
} as const

export type DatabaseStep = keyof typeof STEPS

export class DatabaseWatch {
  private readonly outage: DatabaseOutage
  private readonly told = new Map<Trouble, { at: number; failures: number }>()

  constructor(
    private readonly log: Pick<Logger, 'warn' | 'info'>,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.outage = new DatabaseOutage(log, monotonicMs, CYCLE_MS, AWAY.runbook, describe)
  }

  /** @returns false where it is no trouble of PostgreSQL's, and nothing was said. */
  failed(step: DatabaseStep, error: unknown): boolean {
    const trouble = troubleOf(error)
    if (!trouble) return false
    // Who waits for a connection while none can be opened is no sign of a small pool.
    if (trouble === AWAY || (trouble === POOL_BUSY && this.outage.isOn))
      this.outage.failed(step, STEPS[step], error)
    else this.tell(trouble, error)
    return true
  }

  /** A statement was answered. */
  answered(): void {
    this.outage.answered()
  }

  private tell(trouble: Trouble, error: unknown): void {
    const now = this.monotonicMs()
    const last = this.told.get(trouble) ?? { at: -Infinity, failures: 0 }
    const failures = last.failures + 1
    if (now - last.at < CYCLE_MS) {
      this.told.set(trouble, { ...last, failures })
      return
    }
    this.told.set(trouble, { at: now, failures: 0 })
    this.log.warn(`${trouble.what} (runbook ${trouble.runbook})`, { failures, error: describe(error) })
  }
}

// Where it was thrown says nothing about an outage.
const describe = (error: unknown) => describeError(error, { stack: false })
