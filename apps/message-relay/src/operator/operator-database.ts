/** The operators' connection to the outbox, and the audit of what they change. */
import { Client, type QueryResultRow } from 'pg'

/** What an operator's command may do with the database. */
export interface OperatorDatabase {
  /** @throws what node-postgres throws */
  query<Row extends QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  /** Runs `work` as one transaction. @throws what `work` throws, having undone it */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/** Connects for the time of `use`. @throws what node-postgres or `use` throws */
export async function withOperatorDatabase<T>(
  url: string,
  use: (database: OperatorDatabase) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'message-relay operator',
    connectionTimeoutMillis: 5000,
  })
  await client.connect()
  const query = async <Row extends QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await client.query<Row>(text, values)).rows
  try {
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
    await client.end()
  }
}

export interface AuditEntry {
  readonly who: string
  readonly action: 'requeue' | 'drop' | 'replay'
  readonly rows: number
  readonly details: Readonly<Record<string, unknown>>
}

/** Records a change, in the transaction that makes it. @throws what the database throws */
export async function audit(database: OperatorDatabase, entry: AuditEntry): Promise<void> {
  await database.query('INSERT INTO outbox_audit (who, action, rows, details) VALUES ($1, $2, $3, $4)', [
    entry.who,
    entry.action,
    entry.rows,
    entry.details,
  ])
}
