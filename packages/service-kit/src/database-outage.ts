/** PostgreSQL being away, told as one trouble whoever meets it: when it begins, once a cycle, and when it is over. */
import type { Logger } from './logger'

interface Outage {
  readonly since: number
  told: boolean
  /** How often each step failed since the last line. */
  failures: Map<string, number>
}

export class DatabaseOutage {
  private outage: Outage | undefined
  private toldAt = -Infinity

  constructor(
    private readonly log: Pick<Logger, 'warn' | 'info'>,
    private readonly monotonicMs: () => number,
    private readonly cycleMs: number,
    /** The page that says what to do. */
    private readonly runbook: string,
    private readonly describe: (error: unknown) => object,
  ) {}

  /** Whether it failed since it last answered. */
  get isOn(): boolean {
    return this.outage !== undefined
  }

  /**
   * PostgreSQL was out of reach.
   * @param step a word for counting
   * @param what could not be done, for people
   */
  failed(step: string, what: string, error: unknown): void {
    const now = this.monotonicMs()
    this.outage ??= { since: now, told: false, failures: new Map() }
    const { outage } = this
    outage.failures.set(step, (outage.failures.get(step) ?? 0) + 1)
    // A connection that comes and goes does not get more lines than one that is gone.
    if (now - this.toldAt < this.cycleMs) return
    this.toldAt = now
    const message = outage.told ? 'PostgreSQL is still away:' : `PostgreSQL is away: ${what};`
    this.log.warn(`${message} it is tried again (runbook ${this.runbook})`, {
      away_ms: Math.round(now - outage.since),
      failures: Object.fromEntries(outage.failures),
      error: this.describe(error),
    })
    outage.told = true
    outage.failures = new Map()
  }

  /** A statement was answered. */
  answered(): void {
    const { outage } = this
    this.outage = undefined
    if (outage?.told !== true) return
    this.log.info('PostgreSQL is back', { away_ms: Math.round(this.monotonicMs() - outage.since) })
  }
}
