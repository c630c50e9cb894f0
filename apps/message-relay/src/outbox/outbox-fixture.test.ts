/** What tests of the outbox's SQL share: a database, as its owner and as a relay sees it, and relays that lease its lanes. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { Database } from './database'
import { PostgresLaneLeases } from './lane-leases'

export interface OutboxFixture {
  readonly testDatabase: TestDatabase
  /** As the database's owner. */
  readonly pool: Pool
  /** As a relay. */
  readonly database: Database
  /** The leases of one more relay. */
  readonly leases: (leaseMs?: number) => PostgresLaneLeases
  /** Until a statement in this database waits for a lock. */
  readonly somebodyWaits: () => Promise<unknown>
  readonly close: () => Promise<void>
}

/** A fixture for one test. */
export async function openOutboxFixture(): Promise<OutboxFixture> {
  const testDatabase = await createTestDatabase()
  const pool = new Pool({ connectionString: testDatabase.url, max: 3 })
  const database = new Database(
    { url: testDatabase.relayUrl, applicationName: 'test', connections: 6, queryTimeoutMs: 10_000 },
    () => undefined,
  )
  return {
    testDatabase,
    pool,
    database,
    leases: (leaseMs = 10_000) =>
      new PostgresLaneLeases(database, { id: randomUUID(), name: 'test' }, leaseMs),
    somebodyWaits: () =>
      eventually(async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        )
        return rowCount === 1
      }),
    close: async () => {
      await database.end()
      await pool.end()
      await testDatabase.drop()
    },
  }
}
