/** Whoever locks several FAILED rows locks them in the order of (lane, seq): two orders would be a deadlock. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { withOperatorDatabase } from '../operator/operator-database'
import { requeue } from '../operator/requeue'
import { countByStatus, envelope, insertRows } from '../relay-fixture.test'
import { Database } from './database'
import { PostgresLaneLeases } from './lane-leases'
import { setBack } from './move-rows'

let testDatabase: TestDatabase
let pool: Pool
let database: Database

beforeEach(async () => {
  testDatabase = await createTestDatabase()
  pool = new Pool({ connectionString: testDatabase.url, max: 3 })
  database = new Database(
    { url: testDatabase.relayUrl, applicationName: 'test', connections: 2, queryTimeoutMs: 10_000 },
    () => undefined,
  )
})

afterEach(async () => {
  await database.end()
  await pool.end()
  await testDatabase.drop()
})

it.each([
  ['requeue', () => withOperatorDatabase(testDatabase.url, (operator) => requeue(operator, {}, 'tester'))],
  [
    'set back',
    async () => {
      const { owned } = await new PostgresLaneLeases(
        database,
        { id: randomUUID(), name: 'test' },
        10_000,
      ).renew([])
      const { rows } = await pool.query<{ id: string; lane: number; seq: string }>(
        'SELECT id, lane, seq FROM event_outbox ORDER BY seq',
      )
      const tokens = new Map(owned.map(({ lane, token }) => [lane, token]))
      await setBack(
        database,
        rows.map(({ id, lane, seq }) => ({ id, lane, seq: Number(seq), token: tokens.get(lane)! })),
      )
    },
  ],
])('%s waits for the first row before it locks another', async (_, change) => {
  // The later lane's row is the earlier one in the table.
  const { rows: keys } = await pool.query<{ key: string }>(
    `SELECT DISTINCT ON (hashtext('k' || n) & 63) 'k' || n AS key FROM generate_series(1, 100) AS n
      ORDER BY hashtext('k' || n) & 63 DESC LIMIT 2`,
  )
  const [second, first] = await insertRows(
    pool,
    keys.map(({ key }) => ({ topic: 't', key, payload: envelope() })),
  )
  await pool.query(`UPDATE event_outbox SET status = 'FAILED', will_retry = true`)
  const stranger = await pool.connect()
  await stranger.query('BEGIN')
  await stranger.query('SELECT FROM event_outbox WHERE id = $1 FOR UPDATE', [first])
  const changed = change()
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    )
    return rowCount === 1
  })
  const free = await pool.query('SELECT FROM event_outbox WHERE id = $1 FOR UPDATE SKIP LOCKED', [second])
  await stranger.query('ROLLBACK')
  stranger.release()
  await changed
  expect(free.rowCount).toBe(1)
  expect(await countByStatus(pool)).toEqual({ PENDING: 2 })
})
