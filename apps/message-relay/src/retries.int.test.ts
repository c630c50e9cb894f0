/** Failures: the schedule in the table, one bad record alone, and the rows behind it. */
import { randomUUID } from 'node:crypto'
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
  outboxRow,
  relayEnvironment,
  startTestRelay,
  wakeRelays,
} from './relay-fixture.test'
import type { RelayService } from './service'

let database: TestDatabase
let pool: Pool
let topic: string
const running: RelayService[] = []

beforeAll(async () => {
  topic = await createTestTopic()
})

beforeEach(async () => {
  database = await createTestDatabase()
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await stopAll()
  await pool.end()
  await database.drop()
})

async function relay(more: Record<string, string> = {}): Promise<void> {
  running.push(await startTestRelay(relayEnvironment(database.relayUrl, topic, more)))
}

async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((relay) => relay.stop()))
}

const status = async (id: string): Promise<string> => (await outboxRow(pool, id)).status

it('fails a row on a missing topic after 1 + 2 + 4 s, holds its key meanwhile and no other', async () => {
  const missing = `missing-${randomUUID()}`
  const [bad, behind, beside] = await insertRows(pool, [
    { topic: missing, key: 'a', payload: envelope() },
    { topic, key: 'a', payload: envelope() },
    { topic, key: 'b', payload: envelope() },
  ])
  await relay()
  await eventually(async () => (await status(beside!)) === 'SENT')
  await eventually(async () => (await outboxRow(pool, bad!)).attempts >= 1)
  const [later] = await insertRows(pool, [{ topic, key: 'a', payload: envelope() }])
  const [other] = await insertRows(pool, [{ topic, key: 'c', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await status(other!)) === 'SENT')
  expect(await countByStatus(pool)).toEqual({ PENDING: 3, SENT: 2 })

  await eventually(async () => (await status(bad!)) === 'FAILED', 12_000)
  const row = await outboxRow(pool, bad!)
  expect(row).toMatchObject({ attempts: 4, will_retry: false, parked: false })
  expect(row.last_error).toMatchObject({ class: 'unknown_topic', code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  const times = row.last_error!.attempts.map((time) => Date.parse(time))
  expect(times).toHaveLength(4)
  const gaps = times.slice(1).map((time, n) => time - times[n]!)
  for (const [n, waitMs] of [1000, 2000, 4000].entries()) {
    expect(gaps[n]).toBeGreaterThanOrEqual(waitMs)
    expect(gaps[n]).toBeLessThan(waitMs + 900)
  }
  await eventually(async () => (await status(later!)) === 'SENT')
  const sent = await outboxRow(pool, behind!)
  expect(sent.status).toBe('SENT')
  expect(sent.sent_at!.getTime()).toBeLessThanOrEqual((await outboxRow(pool, later!)).sent_at!.getTime())
})

it('goes on with the schedule after a restart, neither from its beginning nor ahead of it', async () => {
  const [id] = await insertRows(pool, [{ topic: `missing-${randomUUID()}`, key: 'a', payload: envelope() }])
  await relay()
  await eventually(async () => (await outboxRow(pool, id!)).attempts === 2)
  await stopAll()
  const before = await outboxRow(pool, id!)
  expect(before).toMatchObject({ status: 'PENDING', attempts: 2, parked: true })
  await relay()
  await eventually(async () => (await outboxRow(pool, id!)).attempts === 3)
  const after = await outboxRow(pool, id!)
  expect(after.last_error!.attempts.slice(0, 2)).toEqual(before.last_error!.attempts)
  const third = Date.parse(after.last_error!.attempts[2]!)
  expect(third).toBeGreaterThanOrEqual(before.next_attempt_at!.getTime())
  expect(third).toBeLessThan(before.next_attempt_at!.getTime() + 1500)
})

it('sends the neighbours of a record that is too large, of one that is no envelope and of one nobody could send', async () => {
  const good = Array.from({ length: 97 }, (_, n) => ({ topic, key: `g${n % 20}`, payload: envelope() }))
  const bad = [
    { topic, key: 'big', payload: envelope({ text: 'x'.repeat(1_200_000) }) },
    { topic, key: 'array', payload: [1, 2, 3] },
    { topic: 'no/such topic', key: 'name', payload: envelope() },
    { topic, key: 'anonymous', payload: { hello: 'world' } },
  ]
  const ids = await insertRows(pool, [...good.slice(0, 40), ...bad, ...good.slice(40)])
  const [big, array, name, anonymous] = ids.slice(40, 44)
  const before = (await readTopicToEnd(topic)).length
  await relay()
  await eventually(async () => (await countByStatus(pool)).SENT === 97)
  expect(await outboxRow(pool, big!)).toMatchObject({ status: 'PENDING' })
  for (const [id, error] of [
    [array, 'invalid_payload'],
    [name, 'invalid_topic'],
    [anonymous, 'invalid_payload'],
  ] as const) {
    expect(await outboxRow(pool, id!)).toMatchObject({ status: 'FAILED', last_error: { class: error } })
  }
  await eventually(async () => (await status(big!)) === 'FAILED', 12_000)
  expect((await outboxRow(pool, big!)).last_error).toMatchObject({
    class: 'record_too_large',
    code: 'MESSAGE_TOO_LARGE',
  })
  expect((await readTopicToEnd(topic)).length - before).toBe(97)
})

it('sends a row that was set back to PENDING by plain SQL, and then what came after it', async () => {
  const [id] = await insertRows(pool, [{ topic, key: 'a', payload: envelope() }])
  await relay({ RELAY_POLL_INTERVAL: '0.2' })
  await eventually(async () => (await status(id!)) === 'SENT')
  const first = await outboxRow(pool, id!)
  await pool.query(`UPDATE event_outbox SET status = 'PENDING' WHERE id = $1`, [id])
  const [next] = await insertRows(pool, [{ topic, key: 'a', payload: envelope() }])
  await eventually(async () => (await status(next!)) === 'SENT')
  const again = await outboxRow(pool, id!)
  expect(again).toMatchObject({ status: 'SENT', attempts: 1, parked: false })
  expect(Number(again.kafka_offset)).toBeGreaterThan(Number(first.kafka_offset))
})
