/** Whoever locks several FAILED rows locks them in the order of (lane, seq): two orders would be a deadlock. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { drop } from '../operator/drop'
import { withOperatorDatabase } from '../operator/operator-database'
import { requeue } from '../operator/requeue'
import { countByStatus, envelope } from '../relay-fixture.test'
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
  [
    'requeue',
    () =>
      withOperatorDatabase(
        testDatabase.url,
        () => () => undefined,
        (operator) => requeue(operator, {}, 'tester'),
      ),
    { PENDING: 2 },
  ],
  [
    'drop',
    async () => {
      const { rows } = await pool.query<{ id: string }>('SELECT id FROM event_outbox ORDER BY seq DESC')
      const ids = rows.map(({ id }) => id)
      return withOperatorDatabase(
        testDatabase.url,
        () => () => undefined,
        (operator) => drop(operator, ids, 'tester'),
      )
    },
    { FAILED: 2 },
  ],
  [
    'set back',
    async () => {
      const { owned } = await new PostgresLaneLeases(
        database,
        { id: randomUUID(), name: 'test' },
        10_000,
      ).renew([])
      const { rows } = await pool.query<{ id: string; lane: number; seq: string }>(
        'SELECT id, lane, seq FROM event_outbox ORDER BY seq DESC',
      )
      const tokens = new Map(owned.map(({ lane, token }) => [lane, token]))
      await setBack(
        database,
        rows.map(({ id, lane, seq }) => ({ id, lane, seq: Number(seq), token: tokens.get(lane)! })),
      )
    },
    { PENDING: 2 },
  ],
])('%s waits for the first row before it locks another', async (_, change, then) => {
  // The later number comes first in the table and in the order of the ids.
  const [second, first] = ['00000000-0000-4000-8000-000000000001', 'ffffffff-ffff-4fff-8fff-ffffffffffff']
  for (const [id, seq] of [
    [second, 2000],
    [first, 1000],
  ]) {
    await pool.query(
      `INSERT INTO event_outbox (id, seq, topic, key, payload) VALUES ($1, $2, 't', 'k', $3)`,
      [id, seq, envelope()],
    )
  }
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
  expect(await countByStatus(pool)).toEqual(then)
})
