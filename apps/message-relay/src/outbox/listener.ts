/** Hears PostgreSQL's notifications on a connection of its own. */
import { Client } from 'pg'

export interface ListenerSettings {
  readonly url: string
  readonly applicationName: string
  readonly channels: readonly string[]
}

export interface ListenerEvents {
  heard(channel: string): void
  /** It listens, for the first time or again: what was signalled meanwhile is lost. */
  listening(): void
  lost(error: unknown, waitMs: number): void
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5000

/** Listens until it is closed, however often the connection dies. */
export class Listener {
  private client: Client | undefined
  private closed = false
  private timer: NodeJS.Timeout | undefined
  private waitMs = FIRST_WAIT_MS

  constructor(
    private readonly settings: ListenerSettings,
    private readonly events: ListenerEvents,
  ) {}

  open(): void {
    void this.connect()
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.timer)
    await this.client?.end().catch(() => undefined)
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.settings.url,
      application_name: this.settings.applicationName,
      connectionTimeoutMillis: 5000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    this.client = client
    client.on('notification', ({ channel }) => this.events.heard(channel))
    client.on('error', (error) => this.lost(client, error))
    client.on('end', () => this.lost(client, new Error('the connection ended')))
    try {
      await client.connect()
      for (const channel of this.settings.channels) {
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
      }
      this.waitMs = FIRST_WAIT_MS
      this.events.listening()
    } catch (error) {
      this.lost(client, error)
    }
  }

  private lost(client: Client, error: unknown): void {
    // Each connection dies once, though it may say so several times.
    if (this.closed || this.client !== client) return
    this.client = undefined
    client.end().catch(() => undefined)
    const { waitMs } = this
    this.waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    this.events.lost(error, waitMs)
    this.timer = setTimeout(() => void this.connect(), waitMs)
  }
}
