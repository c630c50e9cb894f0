/** Rows that become visible behind the cursor, and how soon a commit is on its way. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  readTopicToEnd,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool } from 'pg'
import {
  countByStatus,
  envelope,
  insertRows,
  relayEnvironment,
  startTestRelay,
  wakeRelays,
} from './relay-fixture.test'
import type { RelayService } from './service'

let database: TestDatabase
let pool: Pool
let topic: string
let service: RelayService

beforeEach(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  pool = new Pool({ connectionString: database.url, max: 5 })
  // Its last connections may still be ending when the database is dropped by force.
  pool.on('error', () => undefined)
})

afterEach(async () => {
  await service.stop()
  await pool.end()
  await database.drop()
})

it('relays a row that was inserted early and committed late, which holds nobody up meanwhile', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.5' }))
  const slow = await pool.connect()
  await slow.query('BEGIN')
  await slow.query(`INSERT INTO event_outbox (topic, key, payload) VALUES ($1, 'same', $2)`, [
    topic,
    envelope(),
  ])
  const fast = await insertRows(
    pool,
    Array.from({ length: 300 }, (_, n) => ({ topic, key: n % 2 ? 'same' : `k${n}`, payload: envelope() })),
  )
  await wakeRelays(pool)
  await eventually(async () => (await countByStatus(pool)).SENT === fast.length)
  await slow.query('COMMIT')
  slow.release()
  await eventually(async () => (await countByStatus(pool)).SENT === fast.length + 1)
})

it('relays a late row before the next row of its key', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic))
  const { rows: keys } = await pool.query<{ key: string }>(
    `SELECT 'k' || n AS key FROM generate_series(1, 1000) AS n
      WHERE hashtext('k' || n) & 63 = hashtext('k1') & 63 ORDER BY n LIMIT 2`,
  )
  const [key, neighbour] = keys.map((row) => row.key)
  const slow = await pool.connect()
  await slow.query('BEGIN')
  await slow.query(`INSERT INTO event_outbox (topic, key, payload) VALUES ($1, $2, $3)`, [
    topic,
    key,
    envelope({ n: 1 }),
  ])
  // The cursor of their lane goes past the number of the row that nobody sees yet.
  await insertRows(pool, [{ topic, key: neighbour!, payload: envelope({ n: 0 }) }])
  await wakeRelays(pool)
  await eventually(async () => (await countByStatus(pool)).SENT === 1)
  await slow.query('COMMIT')
  slow.release()
  await insertRows(pool, [{ topic, key: key!, payload: envelope({ n: 2 }) }])
  await wakeRelays(pool)
  await eventually(async () => (await countByStatus(pool)).SENT === 3)
  const order = (await readTopicToEnd(topic)).filter((record) => record.key === key)
  expect(order.map(({ value }) => (JSON.parse(value!) as { n: number }).n)).toEqual([1, 2])
})

it('relays late rows in any order of their commits, while others flow', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.3' }))
  const slow = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
  for (const client of slow) {
    await client.query('BEGIN')
    await client.query(`INSERT INTO event_outbox (topic, key, payload) VALUES ($1, 'x', $2)`, [
      topic,
      envelope(),
    ])
    await insertRows(pool, [{ topic, key: 'y', payload: envelope() }])
    await wakeRelays(pool)
  }
  await eventually(async () => (await countByStatus(pool)).SENT === 3)
  for (const [n, client] of slow.reverse().entries()) {
    await client.query('COMMIT')
    client.release()
    await eventually(async () => (await countByStatus(pool)).SENT === 4 + n)
  }
})

it('relays late rows of every lane while a small batch is kept busy with others', async () => {
  service = await startTestRelay(
    relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '5', RELAY_BATCH_SIZE: '10' }),
  )
  const rows = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ topic, key: `k${n % 200}`, payload: envelope() }))
  const slow = await pool.connect()
  await slow.query('BEGIN')
  const late: string[] = []
  for (let n = 0; n < 100; n += 1) {
    const { rows: written } = await slow.query<{ id: string }>(
      `INSERT INTO event_outbox (topic, key, payload) VALUES ($1, $2, $3) RETURNING id`,
      [topic, `late ${n}`, envelope()],
    )
    late.push(written[0]!.id)
  }
  await insertRows(pool, rows(300))
  await wakeRelays(pool)
  await eventually(async () => (await countByStatus(pool)).SENT === 300)
  const backlog = 8000
  await insertRows(pool, rows(backlog))
  await wakeRelays(pool)
  await eventually(async () => ((await countByStatus(pool)).SENT ?? 0) > 500)
  await slow.query('COMMIT')
  slow.release()
  await eventually(async () => {
    const left = await pool.query(`SELECT FROM event_outbox WHERE id = ANY ($1) AND status = 'PENDING'`, [
      late,
    ])
    return left.rowCount === 0
  }, 30_000)
  // The backlog was still there when the last of them went, and may be gone by now.
  const { rows: after } = await pool.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM event_outbox
      WHERE status = 'PENDING' OR sent_at > (SELECT max(sent_at) FROM event_outbox WHERE id = ANY ($1))`,
    [late],
  )
  expect(after[0]!.count).toBeGreaterThan(1000)
})
