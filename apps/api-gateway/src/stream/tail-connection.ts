/** A connection that listens for what was committed, and reads it. */
import { isUuid, OUTBOX_CHANNEL, PROGRESS_CHANNEL } from '@infinite-scribe/shared-types'
import { Client } from 'pg'

const CONNECT_TIMEOUT_MS = 5_000
const QUERY_TIMEOUT_MS = 10_000

export interface TailSignals {
  eventsWritten(): void
  taskProgressed(taskId: string): void
  /** Once, when the connection is gone. */
  lost(error: Error): void
}

export interface TailConnection {
  readonly client: Client
  /** The same for every connection to this database, and for no other database, a restored copy included. */
  readonly database: string
  close(): void
}

/** @throws when PostgreSQL is out of reach. */
export async function connectTail(databaseUrl: string, signals: TailSignals): Promise<TailConnection> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: 'api-gateway stream',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  })
  let open = true
  const lose = (error: Error): void => {
    if (!open) return
    open = false
    signals.lost(error)
  }
  client.on('error', lose)
  client.on('end', () => lose(new Error('the connection was closed')))
  client.on('notification', ({ channel, payload }) => {
    if (channel === OUTBOX_CHANNEL) signals.eventsWritten()
    else if (isUuid(payload)) signals.taskProgressed(payload)
  })
  const close = (): void => {
    open = false
    void client.end().catch(() => undefined)
  }
  try {
    await client.connect()
    const { rows } = await client.query<{ database: string }>(
      `SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid AS database
         FROM pg_database WHERE datname = current_database()`,
    )
    await client.query(`LISTEN ${OUTBOX_CHANNEL}; LISTEN ${PROGRESS_CHANNEL}`)
    return { client, database: rows[0]?.database ?? '', close }
  } catch (error) {
    close()
    throw error
  }
}
