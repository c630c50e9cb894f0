/** What a lane's token keeps a former owner from doing. */
import { randomUUID } from 'node:crypto'
import { Client, type Pool } from 'pg'
import { envelope, insertRows, outboxRow } from '../relay-fixture.test'
import type { LaneTenure, Renewal } from '../pipeline/ports'
import type { Database, Statement } from './database'
import { PostgresLaneLeases } from './lane-leases'
import { openOutboxFixture, type OutboxFixture } from './outbox-fixture.test'
import { postgresOutbox } from './postgres-outbox'

let fixture: OutboxFixture
let pool: Pool
let database: Database
let relay: OutboxFixture['leases']
let somebodyWaits: OutboxFixture['somebodyWaits']

beforeEach(async () => {
  fixture = await openOutboxFixture()
  ;({ pool, database, leases: relay, somebodyWaits } = fixture)
})

afterEach(() => fixture.close())

const held = ({ owned }: Renewal) => owned
const ranges = (lanes: readonly LaneTenure[]) => lanes.map((lane) => ({ ...lane, after: 0, upTo: null }))
const SENT = { kind: 'sent', attempts: 1, partition: 0, offset: '7' } as const
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
  expect(await outbox.settle([{ ...row, settlement: SENT }])).toMatchObject({ changed: 0 })
  await outbox.park([row])
  expect(await outboxRow(pool, id!)).toMatchObject({ status: 'PENDING', parked: false, attempts: 0 })
  expect((await outbox.readRange(ranges(first.owned), 100, bounds, [])).rows).toEqual([])
})

it('refuses a settlement that meets the takeover of its lane', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const row = await claimOne(await relay().renew([]))
  await expire()
  const client = new Client({ connectionString: fixture.testDatabase.url })
  await client.connect()
  await client.query('BEGIN')
  const transaction = {
    run: async ({ text }: Statement, values: unknown[]) => (await client.query(text, values)).rows,
  } as unknown as Database
  const rival = new PostgresLaneLeases(transaction, { id: randomUUID(), name: 'rival' }, 10_000)
  expect((await rival.renew([])).owned).toHaveLength(64)
  const settled = postgresOutbox(database).settle([{ ...row, settlement: SENT }])
  await somebodyWaits()
  await client.query('COMMIT')
  await client.end()
  expect(await settled).toMatchObject({ changed: 0 })
  expect((await outboxRow(pool, id!)).status).toBe('PENDING')
})

it('renews the lease of a lane whose settlement waits for a row, and lets nobody take it meanwhile', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const [owner, rival] = [relay(), relay()]
  const first = await owner.renew([])
  const row = await claimOne(first)
  const stranger = await pool.connect()
  await stranger.query('BEGIN')
  await stranger.query('SELECT FROM event_outbox FOR UPDATE')
  const settled = postgresOutbox(database).settle([{ ...row, settlement: SENT }])
  await somebodyWaits()
  expect((await owner.renew(held(first))).owned).toHaveLength(64)
  await expire()
  expect((await rival.renew([])).owned.map(({ lane }) => lane)).not.toContain(row.lane)
  await stranger.query('ROLLBACK')
  stranger.release()
  expect(await settled).toMatchObject({ changed: 1 })
  expect((await outboxRow(pool, id!)).status).toBe('SENT')
})

it('skips a free lane whose settlement waits for a row, says so, and takes it afterwards', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const [owner, rival] = [relay(), relay()]
  const first = await owner.renew([])
  const row = await claimOne(first)
  const stranger = await pool.connect()
  await stranger.query('BEGIN')
  await stranger.query('SELECT FROM event_outbox FOR UPDATE')
  const settled = postgresOutbox(database).settle([{ ...row, settlement: SENT }])
  await somebodyWaits()
  await owner.leave(held(first))
  const most = await rival.renew([])
  expect(most).toMatchObject({ share: 64, skipped: 1 })
  expect(most.owned.map(({ lane }) => lane)).not.toContain(row.lane)
  await stranger.query('ROLLBACK')
  stranger.release()
  expect(await settled).toMatchObject({ changed: 1 })
  const all = await rival.renew(most.owned)
  expect(all.owned.map(({ lane }) => lane)).toContain(row.lane)
  expect(all.skipped).toBe(0)
  expect((await outboxRow(pool, id!)).status).toBe('SENT')
})

it('changes no row that somebody else has settled', async () => {
  const [id] = await insertRows(pool, [{ topic: 't', key: 'k', payload: envelope() }])
  const row = await claimOne(await relay().renew([]))
  await pool.query(`UPDATE event_outbox SET status = 'FAILED' WHERE id = $1`, [id])
  expect(await postgresOutbox(database).settle([{ ...row, settlement: SENT }])).toMatchObject({ changed: 0 })
})
