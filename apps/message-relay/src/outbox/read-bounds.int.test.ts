/** A claim's bound on bytes: what is sent counts, however small it is stored. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { envelope, insertRows } from '../relay-fixture.test'
import { Database } from './database'
import { PostgresLaneLeases } from './lane-leases'
import { postgresOutbox } from './postgres-outbox'

const ROWS = 20
const LETTERS = 100_000

let testDatabase: TestDatabase
let pool: Pool
let database: Database

beforeEach(async () => {
  testDatabase = await createTestDatabase()
  pool = new Pool({ connectionString: testDatabase.url, max: 2 })
  database = new Database(
    { url: testDatabase.url, applicationName: 'test', connections: 2, queryTimeoutMs: 10_000 },
    () => undefined,
  )
})

afterEach(async () => {
  await database.end()
  await pool.end()
  await testDatabase.drop()
})

/** Rows of one key that the database stores in a fiftieth of their length. */
async function insertCompressible(): Promise<void> {
  const payload = envelope({ payload: { text: 'a'.repeat(LETTERS) } })
  await insertRows(
    pool,
    Array.from({ length: ROWS }, () => ({ topic: 't', key: 'k', payload })),
  )
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT sum(pg_column_size(payload))::integer AS bytes FROM event_outbox',
  )
  expect(rows[0]!.bytes).toBeLessThan((ROWS * LETTERS) / 20)
}

async function ownedLane() {
  const { owned } = await new PostgresLaneLeases(database, { id: randomUUID(), name: 'test' }, 10_000).renew(
    [],
  )
  const { rows } = await pool.query<{ lane: number }>('SELECT lane FROM event_outbox LIMIT 1')
  return owned.find(({ lane }) => lane === rows[0]!.lane)!
}

it('takes no more fresh rows than fit, and says that there are more', async () => {
  await insertCompressible()
  const lane = await ownedLane()
  const bounds = { rows: 100, bytes: 2.5 * LETTERS }
  const outbox = postgresOutbox(database)
  const read = await outbox.readRange([{ ...lane, after: 0, upTo: null }], 100, bounds, [])
  expect(read.rows).toHaveLength(3)
  expect(read.rows[0]!.bytes).toBeGreaterThan(LETTERS)
  expect(read.lanes.get(lane.lane)).toEqual({ readTo: read.rows[2]!.seq, hasMore: true })
})

it('takes one row that is larger than the bound, or it would never be sent', async () => {
  await insertCompressible()
  const lane = await ownedLane()
  const outbox = postgresOutbox(database)
  const read = await outbox.readRange([{ ...lane, after: 0, upTo: null }], 100, { rows: 100, bytes: 1 }, [])
  expect(read.rows).toHaveLength(1)
})

it('takes no more parked rows than fit, and says that there are more', async () => {
  await insertCompressible()
  await pool.query('UPDATE event_outbox SET parked = true')
  const lane = await ownedLane()
  const bounds = { rows: 100, bytes: 2.5 * LETTERS }
  const keys = [{ ...lane, key: 'k', upTo: Number.MAX_SAFE_INTEGER }]
  const { rows, complete } = await postgresOutbox(database).parkedRuns(keys, false, bounds)
  expect(rows).toHaveLength(3)
  expect(complete).toBe(false)
})
