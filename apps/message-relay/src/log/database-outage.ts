/** PostgreSQL being away, told as one trouble whoever meets it: when it begins, once a cycle, and when it is over. */
import type { Logger } from '@infinite-scribe/service-kit'

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
    private readonly log: Logger,
    private readonly monotonicMs: () => number,
    private readonly cycleMs: number,
    private readonly describe: (error: unknown) => object,
  ) {}

  /**
   * @param step a word for counting
   * @param what could not be done, for people
   * @returns false where PostgreSQL answered, and refused this one statement
   */
  failed(step: string, what: string, error: unknown): boolean {
    if (!isAway(error)) return false
    const now = this.monotonicMs()
    this.outage ??= { since: now, told: false, failures: new Map() }
    const { outage } = this
    outage.failures.set(step, (outage.failures.get(step) ?? 0) + 1)
    // A connection that comes and goes does not get more lines than one that is gone.
    if (now - this.toldAt < this.cycleMs) return true
    this.toldAt = now
    const message = outage.told
      ? 'PostgreSQL is still away: it is tried again (runbook relay-not-ready)'
      : `PostgreSQL is away: ${what}; it is tried again`
    this.log.warn(message, {
      away_ms: Math.round(now - outage.since),
      failures: Object.fromEntries(outage.failures),
      error: this.describe(error),
    })
    outage.told = true
    outage.failures = new Map()
    return true
  }

  /** A statement was answered. */
  answered(): void {
    const { outage } = this
    this.outage = undefined
    if (outage?.told !== true) return
    this.log.info('PostgreSQL is back', { away_ms: Math.round(this.monotonicMs() - outage.since) })
  }
}

/** Connection exceptions, refused logins, no such database, a server that stops or starts, too many connections. */
const AWAY = /^(08|28|3D000|57P|53300)/

/** What the server itself refuses has a severity; sockets and time-outs have none. */
function isAway(error: unknown): boolean {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown }
  return severity === undefined || AWAY.test(String(code))
}
