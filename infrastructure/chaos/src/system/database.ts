/** Connections of this program's own to PostgreSQL, past every link. */
import { Client } from 'pg'

/** Runs `use` on a connection of its own. @throws what PostgreSQL throws */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'chaos',
    connectionTimeoutMillis: 3_000,
    query_timeout: 20_000,
  })
  // A server that ends the connection says so here; the query that was under way rejects.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
