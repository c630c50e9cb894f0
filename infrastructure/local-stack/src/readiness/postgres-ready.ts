/** PostgreSQL is ready when it has answered a real query. */
import { Client } from 'pg'
import { Hopeless, waitUntil } from '../wait-until'

/** Error codes of a server that is still coming up, or of a network that has not found it yet. */
const COMING_UP = new Set([
  '57P03',
  '57P01',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EPIPE',
])

/** Whether a failed connection may succeed later, unlike a wrong password or a missing database. */
export const isComingUp = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  if (code !== undefined) return COMING_UP.has(code)
  return /terminated unexpectedly|timeout expired|timed out|ECONNREFUSED/i.test(message ?? '')
}

/** Opens a connection, runs the work with it, and closes it whatever happens. */
export const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // The end of a server while the client is idle arrives as an event, and would end the program.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Waits until the server answers `SELECT 1`. `stillAlive` may throw to end the wait early. */
export const waitForPostgres = async (
  url: string,
  timeoutMs: number,
  stillAlive: () => void = () => undefined,
): Promise<void> => {
  await waitUntil(
    'a first query',
    async () => {
      stillAlive()
      return await withClient(
        url,
        async (client) => (await client.query('SELECT 1')).rowCount ?? undefined,
      ).catch((error: unknown) => {
        if (isComingUp(error)) throw error
        throw new Hopeless(error instanceof Error ? error : new Error(String(error)))
      })
    },
    { timeoutMs, intervalMs: 30 },
  )
}
