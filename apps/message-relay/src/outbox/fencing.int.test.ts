/** What a lane's token keeps a former owner from doing. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Client, Pool } from 'pg'
import { envelope, insertRows, outboxRow } from '../relay-fixture.test'
import type { LaneTenure, Renewal } from '../pipeline/ports'
import { Database } from './database'
import { PostgresLaneLeases } from './lane-leases'
import { postgresOutbox } from './postgres-outbox'

let testDatabase: TestDatabase
let pool: Pool
let database: Database

beforeEach(async () => {
  testDatabase = await createTestDatabase()
  pool = new Pool({ connectionString: testDatabase.url, max: 3 })
  database = new Database(
    { url: testDatabase.relayUrl, applicationName: 'test', connections: 6, queryTimeoutMs: 10_000 },
    () => undefined,
  )
})

afterEach(async () => {
  await database.end()
  await pool.end()
  await testDatabase.drop()
})

const relay = (leaseMs = 10_000) =>
  new PostgresLaneLeases(database, { id: randomUUID(), name: 'test' }, leaseMs)
const held = ({ owned }: Renewal) => owned
const ranges = (lanes: readonly LaneTenure[]) => lanes.map((lane) => ({ ...lane, after: 0, upTo: null }))
const bounds = { rows: 100, bytes: 1_000_000 }
/** As if everybody had been silent for longer than the lease. */
async function expire(): Promise<void> {
  await pool.query(`UPDATE outbox_lanes SET lease_until = now() - interval '1 second'`)
  await pool.query(`UPDATE outbox_relays SET lease_until = now() - interval '1 second'`)
}

async function claimOne(renewal: Renewal) {
  const { rows } = await postgresOutbox(database).readRange(ranges(renewal.owned), 100, bounds, [])
  return rows[0]!
}

it('gives every lane one owner, and shares them evenly when a second relay joins', async () => {
  const [first, second] = [relay(), relay()]
  const all = await first.renew([])
  expect(all.owned).toHaveLength(64)
  expect(await second.renew([])).toMatchObject({ owned: [], share: 32, relays: 2 })
  const renewed = await first.renew(held(all))
  expect(renewed.share).toBe(32)
  await first.release(renewed.owned.slice(0, 32))
  const taken = await second.renew([])
  expect(taken.owned.map(({ lane }) => lane).sort()).toEqual(
    renewed.owned
      .slice(0, 32)
      .map(({ lane }) => lane)
      .sort(),
  )
  for (const { lane, token } of taken.owned) {
    expect(Number(token)).toBeGreaterThan(Number(renewed.owned.find((was) => was.lane === lane)!.token))
  }
})

it('lets nobody take a lane whose lease has not expired, and takes all of them once it has', async () => {
  const first = await relay().renew([])
  const second = relay()
  expect((await second.renew([])).owned).toEqual([])
  await expire()
  const taken = await second.renew([])
  expect(taken.owned).toHaveLength(64)
  expect(Number(taken.owned[0]!.token)).toBe(Number(first.owned[0]!.token) + 1)
})

it('refuses to a former owner the claim, the settlement and the parking of rows it no longer owns', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const first = await relay().renew([])
  const row = await claimOne(first)
  await expire()
  await relay().renew([])
  const outbox = postgresOutbox(database)
  const sent = { kind: 'sent', attempts: 1, partition: 0, offset: '7' } as const
  expect(await outbox.settle([{ ...row, settlement: sent }])).toMatchObject({ changed: 0 })
  await outbox.park([row])
  expect(await outboxRow(pool, id!)).toMatchObject({ status: 'PENDING', parked: false, attempts: 0 })
  expect((await outbox.readRange(ranges(first.owned), 100, bounds, [])).rows).toEqual([])
})

it('refuses a settlement that waited for a row while its lane was taken over', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const row = await claimOne(await relay().renew([]))
  const rival = new Client({ connectionString: testDatabase.url })
  await rival.connect()
  await rival.query('BEGIN')
  await rival.query('UPDATE outbox_lanes SET token = token + 1 WHERE lane = $1', [row.lane])
  const settled = postgresOutbox(database).settle([
    { ...row, settlement: { kind: 'sent', attempts: 1, partition: 0, offset: '7' } },
  ])
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    )
    return rowCount === 1
  })
  await rival.query('COMMIT')
  await rival.end()
  expect(await settled).toMatchObject({ changed: 0 })
  expect((await outboxRow(pool, id!)).status).toBe('PENDING')
})

it('changes no row that somebody else has settled', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const row = await claimOne(await relay().renew([]))
  await pool.query(`UPDATE event_outbox SET status = 'FAILED' WHERE id = $1`, [id])
  const settlement = { kind: 'sent', attempts: 1, partition: 0, offset: '7' } as const
  expect(await postgresOutbox(database).settle([{ ...row, settlement }])).toMatchObject({ changed: 0 })
})
