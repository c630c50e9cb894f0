/** `verify` on a real outbox and topic: what is lost, repeated, out of order, late by choice, or not yet sent. */
import { eventually, testKafka } from '@infinite-scribe/testing'
import type { Pool } from 'pg'
import { envelope, insertRows } from '../relay-fixture.test'
import { openOperatorFixture, type OperatorFixture } from './operator-fixture.test'

const SESSION = '00000000-0000-4000-8000-000000000000'

let fixture: OperatorFixture
let pool: Pool
let topic: string
let type: OperatorFixture['type']

beforeEach(async () => {
  fixture = await openOperatorFixture()
  ;({ pool, topic, type } = fixture)
})

afterEach(() => fixture.close())

/** Sends them, the last of them late: its row was the first to be written. */
async function disorderly(session: string, facts: readonly Record<string, unknown>[]): Promise<void> {
  const rows = await fixture.intoOutbox(session, facts)
  await fixture.relayUntilSettled()
  await pool.query('UPDATE event_outbox SET seq = 0 WHERE id = $1', [rows.at(-1)])
}

/** As after a crash before they were settled: their receipts are those of the second records. */
async function sendReplaysAgain(): Promise<void> {
  await pool.query(`UPDATE event_outbox SET status = 'PENDING' WHERE requeued_at IS NOT NULL`)
  await fixture.relayUntilSettled()
}

it('finds nothing wrong after a run, and names what is not yet sent', async () => {
  await insertRows(
    pool,
    Array.from({ length: 50 }, (_, n) => ({ topic, key: `k${n % 5}`, payload: envelope() })),
  )
  await fixture.relayUntilSettled()
  const [waiting] = await insertRows(pool, [{ topic, key: 'k', payload: envelope({ event_id: 'waiting' }) }])
  const { json, code } = await type('verify --json')
  expect(json).toMatchObject({
    lost: 0,
    repeated: 0,
    out_of_order: 0,
    requeued_late: 0,
    not_yet_sent: 1,
    window: { records: 50 },
    examples: { not_yet_sent: ['waiting'] },
  })
  const [unnamed] = await insertRows(pool, [{ topic, key: 'k', payload: {} }])
  expect((await type('verify --json')).json.examples.not_yet_sent).toEqual([
    `outbox id ${unnamed}`,
    'waiting',
  ])
  expect(json).toMatchObject({ outbox_ids: { waiting: [waiting] }, other_topics: 0 })
  expect(code).toBe(0)
  await insertRows(pool, [{ topic: 'another-topic', key: 'k', payload: envelope({ event_id: 'elsewhere' }) }])
  expect((await type('verify --json')).json).toMatchObject({ other_topics: 1, not_yet_sent: 2 })
  const { text, bars } = await type('verify')
  expect(text).toContain(`waiting (outbox id ${waiting})`)
  expect(text).toContain('1 row for other topics')
  expect(text).toContain('50 records')
  expect(bars).toEqual(['Reading 50 of 50', 'Comparing 12 of 12'])
})

it('shows an event_id that is empty', async () => {
  const [row] = await insertRows(pool, [{ topic, key: 'k', payload: envelope({ event_id: '' }) }])
  expect((await type('verify')).text).toContain(`"" (outbox id ${row})`)
})

it('names what is lost, repeated, and out of order, and exits 1', async () => {
  const rows = ['a', 'b', 'c'].map((event_id) => ({ topic, key: 'k', payload: envelope({ event_id }) }))
  await insertRows(pool, [...rows, { topic, key: 'other', payload: envelope() }])
  await fixture.relayUntilSettled()
  const producer = testKafka().producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ key: 'k', value: '{"event_id": "b"}' }] })
  await producer.disconnect()
  await pool.query(`UPDATE event_outbox SET payload = '{"event_id": "gone"}' WHERE key = 'other'`)
  await pool.query(`UPDATE event_outbox SET seq = seq + 1000 WHERE payload ->> 'event_id' = 'a'`)
  const { json, code } = await type('verify --json')
  expect(json).toMatchObject({ lost: 1, repeated: 1, out_of_order: 2, requeued_late: 0 })
  expect(json.examples).toMatchObject({ lost: ['gone'], repeated: ['b'], out_of_order: ['b', 'c'] })
  expect(code).toBe(1)
})

it('calls late, and no disorder, an event that was passed and sent again', async () => {
  const [bad] = await insertRows(pool, [{ topic, key: 'k', payload: { nothing: true } }])
  await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await fixture.relayUntilSettled()
  await pool.query(`UPDATE event_outbox SET payload = '{"event_id": "mended"}' WHERE id = $1`, [bad])
  await type(`requeue ${bad}`)
  await fixture.relayUntilSettled()
  const { json, code } = await type('verify --json')
  expect(json).toMatchObject({ lost: 0, out_of_order: 0, requeued_late: 1, not_yet_sent: 0 })
  expect(json.examples.requeued_late).toEqual(['mended'])
  expect(code).toBe(0)
})

describe('after a replay', () => {
  it('names each lost event once, with all its rows, and says how many more there are', async () => {
    const facts = await fixture.facts(SESSION, 5)
    await fixture.intoOutbox(SESSION, facts)
    // As the gateway writes them.
    await pool.query(`UPDATE event_outbox SET id = (payload ->> 'event_id')::uuid`)
    await type(`replay --session ${SESSION} --yes`)
    await pool.query(`UPDATE event_outbox SET status = 'SENT', sent_at = now()`)
    const { json } = await type('verify --json')
    const events = facts.map(({ event_id: event }) => String(event)).sort()
    expect(json).toMatchObject({ lost: 10, events: { lost: 5, repeated: 0 }, examples: { lost: events } })
    const { text } = await type('verify')
    for (const event of events.slice(0, 3)) {
      expect(json.outbox_ids[event]).toHaveLength(2)
      expect(text.split(`${event} (outbox ids ${json.outbox_ids[event].join(', ')})`)).toHaveLength(2)
    }
    expect(text).toContain(' and 2 more')
  })

  it('calls late what it sends again after its topic was lost, though it was sent twice', async () => {
    const [first, second] = await fixture.facts(SESSION, 2)
    // The first was SENT to a topic that is gone; the second came to the new one before the replay.
    const [gone] = await fixture.intoOutbox(SESSION, [first!])
    await pool.query(`UPDATE event_outbox SET status = 'SENT', sent_at = now() WHERE id = $1`, [gone])
    await fixture.intoOutbox(SESSION, [second!])
    await fixture.relayUntilSettled()
    expect((await type('verify --json')).json).toMatchObject({ lost: 1, out_of_order: 0 })
    await type(`replay --session ${SESSION} --yes`)
    await fixture.relayUntilSettled()
    const late = { lost: 0, out_of_order: 0, requeued_late: 1, not_yet_sent: 0 }
    expect(await type('verify --json')).toMatchObject({ code: 0, json: { ...late, repeated: 0 } })
    await sendReplaysAgain()
    expect(await type('verify --json')).toMatchObject({ code: 0, json: { ...late, repeated: 1 } })
  })

  it('still calls disorder what was out of order before', async () => {
    const [first, second] = await fixture.facts(SESSION, 2)
    await disorderly(SESSION, [second!, first!])
    await type(`replay --session ${SESSION} --yes`)
    await fixture.relayUntilSettled()
    expect(await type('verify --json')).toMatchObject({
      code: 1,
      json: { out_of_order: 1, requeued_late: 0, examples: { out_of_order: [first!.event_id] } },
    })
  })

  it('takes no number of a replay for the place of an event whose first row was cleaned away', async () => {
    const facts = await fixture.facts(SESSION, 3)
    const [first] = await fixture.intoOutbox(SESSION, facts)
    await fixture.relayUntilSettled()
    await pool.query('DELETE FROM event_outbox WHERE id = $1', [first])
    await type(`replay --session ${SESSION} --yes`)
    await fixture.relayUntilSettled()
    const { json, code } = await type('verify --json')
    expect(json).toMatchObject({ lost: 0, repeated: 0, out_of_order: 0, requeued_late: 0 })
    expect(code).toBe(0)
  })
})

describe('after the topic was given more partitions', () => {
  const MORE = 7
  /** Of two partitions they are on the second, the second and the first; of seven on the first, the first and the second. */
  const [replayed, left, up] = [
    '00000000-0000-4000-8000-000000000020',
    '00000000-0000-4000-8000-000000000038',
    '00000000-0000-4000-8000-000000000039',
  ] as const

  async function raise(): Promise<void> {
    const admin = testKafka().admin()
    await admin.connect()
    await admin.createPartitions({ topicPartitions: [{ topic, count: MORE }] })
    await eventually(async () => (await admin.fetchTopicOffsets(topic)).length === MORE)
    await admin.disconnect()
  }

  async function partitionsOf(session: string): Promise<number[]> {
    const { rows } = await pool.query<{ at: number }>(
      'SELECT kafka_partition AS at FROM event_outbox WHERE key = $1 GROUP BY 1 ORDER BY min(seq)',
      [session],
    )
    return rows.map(({ at }) => at)
  }

  it('finds nothing wrong with what was sent before, after, and again since', async () => {
    const after: [string, Record<string, unknown>[]][] = []
    for (const session of [replayed, left, up]) {
      const facts = await fixture.facts(session, 5)
      await fixture.intoOutbox(session, facts.slice(0, 3))
      after.push([session, facts.slice(3)])
    }
    await fixture.relayUntilSettled()
    await raise()
    for (const [session, facts] of after) await fixture.intoOutbox(session, facts)
    await fixture.relayUntilSettled()
    expect(await Promise.all([replayed, left, up].map(partitionsOf))).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
    ])
    for (const session of [replayed, up]) await type(`replay --session ${session} --yes`)
    await fixture.relayUntilSettled()
    const right = { lost: 0, out_of_order: 0, requeued_late: 0, not_yet_sent: 0 }
    expect(await type('verify --json')).toMatchObject({ code: 0, json: { ...right, repeated: 0 } })
    await sendReplaysAgain()
    expect(await type('verify --json')).toMatchObject({ code: 0, json: { ...right, repeated: 10 } })
  })

  it.each([replayed, up])(
    'finds what was out of order before, though %s was replayed since',
    async (session) => {
      const facts = await fixture.facts(session, 3)
      await disorderly(session, facts)
      await raise()
      await type(`replay --session ${session} --yes`)
      await fixture.relayUntilSettled()
      expect(await type('verify --json')).toMatchObject({
        code: 1,
        json: { out_of_order: 1, requeued_late: 0, examples: { out_of_order: [facts[2]!.event_id] } },
      })
    },
  )
})
