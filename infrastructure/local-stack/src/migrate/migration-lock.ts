/** One db:migrate at a time for each database. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'

/** Arbitrary, but it must never change. Not the migration file's own: who waits for that one holds a snapshot. */
const MIGRATION_LOCK = 7_305_802_273
const BETWEEN_TRIES_MS = 250

/**
 * Holds the lock meanwhile, and at the longest until the client's connection ends. It is asked for again and again: a
 * statement that waited would hold a snapshot, for which CREATE INDEX CONCURRENTLY waits, and so both for ever.
 * @param anotherRuns is called once where another holds it
 */
export const oneAtATime = async <T>(
  client: Client,
  work: () => Promise<T>,
  anotherRuns: () => void,
): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_lock($1) AS ours', [
      MIGRATION_LOCK,
    ])
    if (rows[0]?.ours) return work()
    if (tries === 1) anotherRuns()
    await delay(BETWEEN_TRIES_MS)
  }
}
