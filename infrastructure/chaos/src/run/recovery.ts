/**
 * How long it takes after a fault until all is well: every gateway accepts a fresh command, its event is on Kafka, and
 * so is whatever was written before.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type Client } from '@infinite-scribe/client'
import type { Ledger } from '../load/ledger'
import { ANY_GATEWAY, recordingFetch } from '../load/recording-fetch'
import { attempt } from '../load/user'
import type { Member } from '../system/member'
import type { System } from '../system/system'
import { withClient } from '../system/database'

const LOOK_EVERY_MS = 100

export class Recovery {
  private readonly probes: readonly { gateway: Member; client: Client }[]

  constructor(
    private readonly system: System,
    ledger: Ledger,
  ) {
    this.probes = system.gateways.map((gateway) => ({
      gateway,
      client: createClient({
        baseUrl: ANY_GATEWAY,
        token: system.token(`probe of ${gateway.name}`),
        fetch: recordingFetch(ledger, () => gateway),
        retry: { attempts: 1 },
        timeoutMs: 3_000,
      }),
    }))
  }

  /**
   * Milliseconds from now until it is well.
   * @returns undefined when the signal came first
   */
  async measure(signal: AbortSignal): Promise<number | undefined> {
    const [since, writtenBefore] = [performance.now(), Date.now()]
    const sessions = await Promise.all(this.probes.map(({ client }) => this.accepted(client, signal)))
    const known = sessions.filter((session) => session !== undefined)
    while (!signal.aborted && known.length === this.probes.length) {
      if (await this.allSent(known, writtenBefore)) return Math.round(performance.now() - since)
      await delay(LOOK_EVERY_MS)
    }
    return undefined
  }

  /** A new session is a key of its own: its event waits behind no other. */
  private async accepted(client: Client, signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      const opened = await attempt(() => client.openSession({ signal }))
      if (opened) return opened.session_id
      await delay(LOOK_EVERY_MS)
    }
    return undefined
  }

  private async allSent(sessions: readonly string[], writtenBefore: number): Promise<boolean> {
    try {
      return await withClient(this.system.databaseUrl, async (client) => {
        const { rows } = await client.query<{ sent: number; waiting: number }>(
          `SELECT count(DISTINCT key) FILTER (WHERE key = ANY ($2) AND status = 'SENT')::integer AS sent,
                  count(*) FILTER (WHERE created_at < to_timestamp($3::float8 / 1000)
                                     AND (status = 'PENDING' OR status = 'FAILED' AND will_retry))::integer AS waiting
             FROM event_outbox WHERE topic = $1`,
          [this.system.topic, sessions, writtenBefore],
        )
        return rows[0]?.sent === sessions.length && rows[0].waiting === 0
      })
    } catch {
      return false
    }
  }
}
