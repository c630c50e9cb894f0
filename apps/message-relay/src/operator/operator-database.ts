/** The operators' connection to the outbox, and the audit of what they change. */
import { Client, type QueryResultRow } from 'pg'
import { LockWait } from './lock-wait'
import { reachDatabase } from './reach'

/** What an operator's command may do with the database. */
export interface OperatorDatabase {
  /** @throws what node-postgres throws, and a message for people where it waited too long for a lock */
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** Runs `work` as one transaction. @throws what `work` throws, having undone it */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/** How a command that is told to end ends its statement; the answer takes the offer back. */
export type OnInterrupt = (cancel: () => Promise<void>) => () => void

/** So soon PostgreSQL notices that a client is gone whose statement it is at work on. */
const CLIENT_CHECK = '2s'

async function connect(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'message-relay operator',
    connectionTimeoutMillis: 5000,
  })
  // A query that is under way fails with it; without one nobody waits for an answer.
  client.on('error', () => undefined)
  await reachDatabase(url, () => client.connect())
  return client
}

/** PostgreSQL does not look at the client while it works: a statement would outlive it by minutes. */
async function cancelStatement(url: string, pid: number): Promise<void> {
  const other = await connect(url)
  try {
    await other.query('SELECT pg_cancel_backend($1)', [pid])
  } finally {
    await other.end()
  }
}

/** Connects for the time of `use`. @throws what node-postgres or `use` throws */
export async function withOperatorDatabase<T>(
  url: string,
  onInterrupt: OnInterrupt,
  use: (database: OperatorDatabase) => Promise<T>,
): Promise<T> {
  const client = await connect(url)
  // Where the server's system cannot tell, a command killed with -9 is noticed when its statement is done.
  await client.query(`SET client_connection_check_interval = '${CLIENT_CHECK}'`).catch(() => undefined)
  const { rows: backends } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const pid = backends[0]?.pid ?? 0
  const done = onInterrupt(() => cancelStatement(url, pid))
  const lockWait = new LockWait(client, pid, () => connect(url))
  const query = async <Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await lockWait.watch(() => client.query<Row>(text, values))).rows
  try {
    await lockWait.bound()
    return await use({
      query,
      transaction: async (work) => {
        await client.query('BEGIN')
        try {
          const result = await work()
          await client.query('COMMIT')
          return result
        } catch (error) {
          await client.query('ROLLBACK')
          throw error
        }
      },
    })
  } finally {
    done()
    await Promise.all([client.end(), lockWait.end()])
  }
}

export interface AuditEntry {
  readonly who: string
  readonly action: 'requeue' | 'drop' | 'replay'
  readonly rows: number
  /** What it was asked for. */
  readonly details: Readonly<Record<string, unknown>>
  /** The rows that it changed, or the first of them. */
  readonly changed: readonly string[]
}

/** So many ids of one change are kept. */
export const AUDITED_IDS = 1000

/** Records a change, in the transaction that makes it. @throws what the database throws */
export async function audit(database: OperatorDatabase, entry: AuditEntry): Promise<void> {
  await database.query('INSERT INTO outbox_audit (who, action, rows, details) VALUES ($1, $2, $3, $4)', [
    entry.who,
    entry.action,
    entry.rows,
    { ...entry.details, changed: entry.changed.slice(0, AUDITED_IDS) },
  ])
}
