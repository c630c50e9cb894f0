/** Late rows of lanes that are drained for another relay. */
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { startCoreRelay, twoKeysOfEachLane, type CoreRelay } from './relay-core-fixture.test'
import { countByStatus, envelope, insertRows } from './relay-fixture.test'

let database: TestDatabase
let pool: Pool
let keys: [string, string][]
const running: CoreRelay[] = []

beforeEach(async () => {
  database = await createTestDatabase()
  pool = new Pool({ connectionString: database.url, max: 5 })
  const { rows } = await pool.query<{ key: string; lane: number }>(
    `SELECT 'k' || n AS key, hashtext('k' || n) & 63 AS lane FROM generate_series(1, 1000) AS n`,
  )
  keys = twoKeysOfEachLane(new Map(rows.map(({ key, lane }) => [key, lane])))
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((relay) => relay.end()))
  await pool.end()
  await database.drop()
})

/**
 * A relay has read every lane and publishes, a late row waits behind each cursor, and another relay asks for half
 * of the lanes: what commits now is behind the cursor of lanes that nobody claims from.
 */
async function lateRowsWhileDraining() {
  let release!: () => void
  const gate = new Promise<void>((resolve) => (release = resolve))
  let publishing = false
  let claimed = 0
  const hold = async () => {
    publishing = true
    await gate
  }
  const first = startCoreRelay(database.relayUrl, hold, {
    events: { claimed: (rows) => (claimed += rows.length) },
  })
  running.push(first)
  // Not while the circuit is half open: its one batch would be waited for, and nothing claimed meanwhile.
  await eventually(() => first.relay.lanes.size === 64 && first.relay.circuit.state === 'closed')
  const slow = await pool.connect()
  await slow.query('BEGIN')
  for (const [late] of keys) {
    await slow.query(`INSERT INTO event_outbox (topic, key, payload) VALUES ('t', $1, $2)`, [
      late,
      envelope(),
    ])
  }
  await insertRows(
    pool,
    keys.map(([, key]) => ({ topic: 't', key, payload: envelope() })),
  )
  first.wakeUp.wake()
  await eventually(() => publishing)
  const second = startCoreRelay(database.relayUrl, () => Promise.resolve())
  running.push(second)
  await eventually(() => first.relay.lanes.all().filter(({ draining }) => draining).length === 32)
  await slow.query('COMMIT')
  slow.release()
  // The late rows of the lanes that stay: the look behind the cursors is over.
  await eventually(() => claimed === 64 + 32)
  return { first, second, release }
}

it('relays late rows of lanes that were being handed over when they were committed', async () => {
  const { second, release } = await lateRowsWhileDraining()
  release()
  await eventually(() => second.relay.lanes.size === 32)
  await eventually(async () => (await countByStatus(pool)).SENT === 128)
})

it('relays late rows of lanes that were to be handed over and stayed', async () => {
  const { first, second, release } = await lateRowsWhileDraining()
  await second.end()
  running.pop()
  await eventually(() => first.relay.lanes.all().every(({ draining }) => !draining))
  release()
  await eventually(async () => (await countByStatus(pool)).SENT === 128)
})

it('publishes nothing more once it was told to stop, and hands its lanes over', async () => {
  let release!: () => void
  const gate = new Promise<void>((resolve) => (release = resolve))
  let published = 0
  let claimed = 0
  const stopping = startCoreRelay(
    database.relayUrl,
    async (records) => {
      published += records.length
      if (published > 1) await gate
    },
    { settings: { batchRows: 1 }, events: { claimed: (rows) => (claimed += rows.length) } },
  )
  running.push(stopping)
  const insert = (few: typeof keys) =>
    insertRows(
      pool,
      few.map(([key]) => ({ topic: 't', key, payload: envelope() })),
    )
  // The first batch tries the broker, and nothing is claimed beside it.
  await insert(keys.slice(0, 1))
  await eventually(async () => (await countByStatus(pool)).SENT === 1)
  await insert(keys.slice(1, 4))
  stopping.wakeUp.wake()
  // One is being published, one waits, and one more was read.
  await eventually(() => published === 2 && claimed === 4)
  stopping.relay.stop()
  release()
  await stopping.running
  expect(published).toBe(2)
  expect(await countByStatus(pool)).toEqual({ SENT: 2, PENDING: 2 })
  const { rows } = await pool.query('SELECT FROM outbox_lanes WHERE owner IS NOT NULL')
  expect(rows).toEqual([])
})
