/** Hears PostgreSQL's notifications on a connection of its own. */
import { Socket } from 'node:net'
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
/** A black-holed server never answers: neither LISTEN nor the end may wait for it. */
const ANSWER_WITHIN_MS = 5000
const END_WITHIN_MS = 1000

interface Connection {
  readonly client: Client
  readonly socket: Socket
}

/** Listens until it is closed, however often the connection dies. */
export class Listener {
  private connection: Connection | undefined
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
    if (this.connection) await end(this.connection)
  }

  private async connect(): Promise<void> {
    const socket = new Socket()
    const client = new Client({
      connectionString: this.settings.url,
      application_name: this.settings.applicationName,
      stream: () => socket,
      connectionTimeoutMillis: ANSWER_WITHIN_MS,
      query_timeout: ANSWER_WITHIN_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    const connection = { client, socket }
    this.connection = connection
    client.on('notification', ({ channel }) => this.events.heard(channel))
    client.on('error', (error) => this.lost(connection, error))
    client.on('end', () => this.lost(connection, new Error('the connection ended')))
    try {
      await client.connect()
      for (const channel of this.settings.channels) {
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`)
      }
      this.waitMs = FIRST_WAIT_MS
      this.events.listening()
    } catch (error) {
      this.lost(connection, error)
    }
  }

  private lost(connection: Connection, error: unknown): void {
    // Each connection dies once, though it may say so several times.
    if (this.closed || this.connection !== connection) return
    this.connection = undefined
    void end(connection)
    const { waitMs } = this
    this.waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    this.events.lost(error, waitMs)
    this.timer = setTimeout(() => void this.connect(), waitMs)
  }
}

/** Says goodbye, and cuts the connection when nobody answers. */
async function end({ client, socket }: Connection): Promise<void> {
  const cut = setTimeout(() => socket.destroy(), END_WITHIN_MS)
  await client.end().catch(() => undefined)
  clearTimeout(cut)
}
