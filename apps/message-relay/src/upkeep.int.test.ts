/** Dead letters, the removal of SENT rows, metrics: what goes on beside the relaying. */
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
let service: RelayService

beforeEach(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic(2)])
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await service.stop()
  await pool.end()
  await database.drop()
})

async function relay(more: Record<string, string>): Promise<void> {
  service = await startTestRelay(
    relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.3', ...more }),
  )
}

async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${service.httpPort}/metrics`)).text()
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

it('gives the dead-letter topic each event that failed for its own fault, as soon as there is such a topic', async () => {
  const [bad] = await insertRows(pool, [{ topic, key: 'a', payload: { no: 'event id' } }])
  await relay({})
  await eventually(async () => (await outboxRow(pool, bad!)).status === 'FAILED')
  expect((await outboxRow(pool, bad!)).dead_letter_due).toBe(true)
  await createTestTopic(2, `${topic}.dlq`)
  await eventually(async () => !(await outboxRow(pool, bad!)).dead_letter_due)
  const letters = await readTopicToEnd(`${topic}.dlq`)
  expect(letters).toHaveLength(1)
  expect(letters[0]).toMatchObject({
    key: 'a',
    value: '{"no": "event id"}',
    headers: { outbox_id: bad, original_topic: topic, error_class: 'invalid_payload', attempts: '1' },
  })
  expect(letters[0]!.headers.failed_at).toMatch(/^\d{4}-/)
})

it('gives it what another relay left, as soon as the lane has come', async () => {
  await createTestTopic(2, `${topic}.dlq`)
  const [bad] = await insertRows(pool, [{ topic, key: 'a', payload: { no: 'event id' } }])
  await pool.query(`UPDATE event_outbox SET status = 'FAILED', dead_letter_due = true WHERE id = $1`, [bad])
  await relay({ RELAY_POLL_INTERVAL: '60' })
  await eventually(async () => !(await outboxRow(pool, bad!)).dead_letter_due)
  expect(await readTopicToEnd(`${topic}.dlq`)).toHaveLength(1)
})

it('gives it an over-large event without its value', async () => {
  await createTestTopic(2, `${topic}.dlq`)
  const payload = envelope({ text: 'x'.repeat(1_200_000) })
  const [big] = await insertRows(pool, [{ topic, key: 'a', payload }])
  // Three of its four tries are behind it.
  await pool.query(`UPDATE event_outbox SET attempts = 3, parked = true WHERE id = $1`, [big])
  await relay({})
  await eventually(async () => (await outboxRow(pool, big!)).status === 'FAILED')
  const letters = await eventually(async () => {
    const letters = await readTopicToEnd(`${topic}.dlq`)
    return letters.length > 0 ? letters : undefined
  })
  expect(letters[0]).toMatchObject({
    value: '',
    headers: { event_id: payload.event_id, value_omitted: 'true', error_class: 'record_too_large' },
  })
})

it('removes SENT rows after their retention and keeps their delivery facts, and leaves the others alone', async () => {
  const [bad] = await insertRows(pool, [{ topic, key: 'a', payload: 'no envelope' }])
  const ids = await insertRows(
    pool,
    Array.from({ length: 300 }, (_, n) => ({ topic, key: `k${n % 7}`, payload: envelope() })),
  )
  await relay({ RELAY_SENT_RETENTION_HOURS: '0.0004' })
  await eventually(async () => JSON.stringify(await countByStatus(pool)) === '{"FAILED":1}')
  expect((await outboxRow(pool, bad!)).status).toBe('FAILED')
  const { rows } = await pool.query(
    'SELECT FROM outbox_deliveries WHERE kafka_offset IS NOT NULL AND sent_at IS NOT NULL AND event_id IS NOT NULL',
  )
  expect(rows).toHaveLength(ids.length)
  // What comes later is relayed and removed like the rest.
  await insertRows(pool, [{ topic, key: 'a', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(
    async () => (await pool.query('SELECT FROM outbox_deliveries')).rowCount === ids.length + 1,
  )
})

it('keeps SENT rows for ever when the retention is 0, and counts what it does', async () => {
  await relay({ RELAY_SENT_RETENTION_HOURS: '0' })
  await insertRows(pool, [
    { topic, key: 'a', payload: envelope() },
    { topic, key: 'b', payload: 'no envelope' },
    { topic: 'no-such-topic', key: 'c', payload: envelope() },
    { topic, key: 'c', payload: envelope() },
  ])
  await wakeRelays(pool)
  // A row is parked or failed in the table a moment before the relay has counted it.
  const figures = await eventually(async () => {
    const seen = await metrics()
    const counted =
      seen.get('message_relay_parked_rows') === 2 &&
      seen.get('message_relay_published_rows_total') === 1 &&
      seen.get('message_relay_failed_rows_total{class="invalid_payload",will_retry="false"}') === 1 &&
      (seen.get('message_relay_retries_total{class="unknown_topic"}') ?? 0) >= 1
    return counted ? seen : undefined
  })
  expect(figures.get('message_relay_published_rows_total')).toBe(1)
  expect(figures.get('message_relay_failed_rows_total{class="invalid_payload",will_retry="false"}')).toBe(1)
  expect(figures.get('message_relay_retries_total{class="unknown_topic"}')).toBeGreaterThanOrEqual(1)
  expect(figures.get('message_relay_pending_rows')).toBe(2)
  expect(figures.get('message_relay_lanes_owned')).toBe(64)
  expect(figures.get('message_relay_circuit_state{state="closed"}')).toBe(1)
  // The first signal may have come before the relay listened.
  await eventually(async () => {
    await wakeRelays(pool)
    return ((await metrics()).get('message_relay_wake_ups_total') ?? 0) >= 1
  })
  expect(figures.get('message_relay_claim_duration_seconds_count')).toBeGreaterThanOrEqual(1)
  expect((await countByStatus(pool)).SENT).toBe(1)
})
