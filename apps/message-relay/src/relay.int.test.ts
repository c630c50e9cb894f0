/** The relay from outbox to topic, on real servers. */
import { eventually, readTopicToEnd } from '@infinite-scribe/testing'
import { countByStatus, envelope, insertRows, outboxRow, wakeRelays } from './relay-fixture.test'
import { openRelayFixture, type RelayFixture } from './relay-with-servers-fixture.test'

/** A publish that outlasts its deadline is repeated, and the records are counted. */
const UNHURRIED = { RELAY_LEASE: '30', RELAY_PUBLISH_TIMEOUT: '10' }

let fixture: RelayFixture
beforeEach(async () => {
  fixture = await openRelayFixture()
})
afterEach(() => fixture.close())

it('relays a row that was inserted with the contract’s columns alone, byte for byte', async () => {
  const { pool, topic, relay } = fixture
  const payload = envelope({ emoji: '🖋️', number: 1.5 })
  const [id] = await insertRows(pool, [{ topic, key: 'k', payload }])
  await relay()
  const row = await eventually(async () => {
    const row = await outboxRow(pool, id!)
    return row.status === 'SENT' ? row : undefined
  })
  const { rows } = await pool.query<{ text: string }>('SELECT payload::text AS text FROM event_outbox')
  const records = await readTopicToEnd(topic)
  expect(records).toHaveLength(1)
  expect(records[0]).toMatchObject({
    key: 'k',
    value: rows[0]!.text,
    partition: row.kafka_partition,
    offset: row.kafka_offset,
    headers: { event_id: payload.event_id, event_type: payload.event_type },
  })
  expect(row).toMatchObject({ attempts: 1, parked: false, last_error: null })
  expect(row.sent_at).toBeInstanceOf(Date)
})

it('sends 10,000 rows of 100 keys through two relays: every record once, every key in order', async () => {
  const { pool, topic, relay } = fixture
  await relay({ RELAY_BATCH_SIZE: '500', ...UNHURRIED })
  await relay({ RELAY_BATCH_SIZE: '500', ...UNHURRIED })
  for (let part = 0; part < 10; part += 1) {
    await insertRows(
      pool,
      Array.from({ length: 1000 }, (_, n) => ({
        topic,
        key: `key-${n % 100}`,
        payload: envelope({ n: part * 1000 + n }),
      })),
    )
    await wakeRelays(pool)
  }
  await eventually(async () => (await countByStatus(pool)).SENT === 10_000, 45_000)
  const records = await readTopicToEnd(topic)
  expect(records).toHaveLength(10_000)
  const last = new Map<string, number>()
  for (const { key, value } of records) {
    const { n } = JSON.parse(value!) as { n: number }
    expect(n).toBeGreaterThan(last.get(key!) ?? -1)
    last.set(key!, n)
  }
  expect(last.size).toBe(100)
})
