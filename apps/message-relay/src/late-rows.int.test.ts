/** Rows that become visible behind the cursor, and how soon a commit is on its way. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  testKafka,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool } from 'pg'
import {
  countByStatus,
  envelope,
  insertRows,
  outboxRow,
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
})

afterEach(async () => {
  await service.stop()
  await pool.end()
  await database.drop()
})

it('relays a row that was inserted early and committed late, which holds nobody up meanwhile', async () => {
  service = await startTestRelay(relayEnvironment(database.url, topic, { RELAY_POLL_INTERVAL: '0.5' }))
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

it('relays late rows in any order of their commits, while others flow', async () => {
  service = await startTestRelay(relayEnvironment(database.url, topic, { RELAY_POLL_INTERVAL: '0.3' }))
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

it('brings a commit to a consumer in under 50 ms at the median, with a poll of 5 s', async () => {
  service = await startTestRelay(relayEnvironment(database.url, topic, { RELAY_POLL_INTERVAL: '5' }))
  const [warm] = await insertRows(pool, [{ topic, key: 'warm', payload: envelope() }])
  await eventually(async () => (await outboxRow(pool, warm!)).status === 'SENT')

  const arrived = new Map<string, number>()
  const consumer = testKafka().consumer({ groupId: `test-${topic}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    // eslint-disable-next-line @typescript-eslint/require-await -- kafkajs wants a promise
    eachMessage: async ({ message }) => {
      arrived.set(String(message.headers?.event_id), performance.now())
    },
  })
  await eventually(() => arrived.size === 1)
  const waits: number[] = []
  for (let n = 0; n < 25; n += 1) {
    const payload = envelope()
    const startedAt = performance.now()
    await insertRows(pool, [{ topic, key: `k${n}`, payload }])
    await wakeRelays(pool)
    const at = await eventually(() => arrived.get(payload.event_id as string), 4000, 2)
    waits.push(at - startedAt)
  }
  await consumer.disconnect()
  waits.sort((a, b) => a - b)
  expect(waits[12]).toBeLessThan(50)
})
