/** What is counted of a backlog, and what is not when there is too much of it. */
import { eventually } from '@infinite-scribe/testing'
import { startCoreRelay } from '../relay-core-fixture.test'
import { countByStatus, envelope, insertRows } from '../relay-fixture.test'
import { BACKLOG, readBacklog } from './backlog'
import { openOutboxFixture, type OutboxFixture } from './outbox-fixture.test'

const LANES = Array.from({ length: 64 }, (_, lane) => ({ lane, upTo: 0 }))

let fixture: OutboxFixture
let ids: string[]

beforeEach(async () => {
  fixture = await openOutboxFixture()
  const row = (n: number) => ({ topic: 't', key: `k${n}`, payload: envelope() })
  ids = await insertRows(
    fixture.pool,
    Array.from({ length: 10 }, (_, n) => row(n)),
  )
})

afterEach(() => fixture.close())

const change = (what: string, from: number, to: number) =>
  fixture.pool.query(`UPDATE event_outbox SET ${what} WHERE id = ANY ($1::uuid[])`, [ids.slice(from, to)])

it('is what is fresh, what is parked, what blocks, and how long the oldest that may go has waited', async () => {
  await change(`status = 'SENT', sent_at = now()`, 0, 1)
  await change(`parked = true, next_attempt_at = now() - interval '1 hour'`, 1, 2)
  await change(`parked = true, next_attempt_at = now() + interval '1 hour'`, 2, 4)
  await change(`parked = true, status = 'FAILED', next_attempt_at = now() - interval '1 day'`, 4, 5)
  await change(`created_at = now() - interval '1 minute'`, 6, 7)
  const { oldestDueSeconds, ...counts } = await readBacklog(fixture.database, LANES, 1000)
  expect(counts).toEqual({ pending: 8, parked: 3, blocking: 1, undecided: 0 })
  expect(oldestDueSeconds).toBeGreaterThanOrEqual(3600)
  expect(oldestDueSeconds).toBeLessThan(3700)
  await change(`next_attempt_at = now() + interval '1 hour'`, 1, 2)
  const { oldestDueSeconds: ofFresh } = await readBacklog(fixture.database, LANES, 1000)
  expect(ofFresh).toBeGreaterThanOrEqual(60)
  expect(ofFresh).toBeLessThan(160)
})

it('is counted so far and no further, and the oldest is found all the same', async () => {
  await change(`created_at = now() - interval '1 minute'`, 0, 10)
  const backlog = await readBacklog(fixture.database, LANES, 3)
  expect(backlog).toMatchObject({ pending: 3, parked: 0, blocking: 0 })
  expect(backlog.oldestDueSeconds).toBeGreaterThanOrEqual(60)
})

it('counts what FAILED until somebody decides on it, wherever the lane is read from', async () => {
  await change(`status = 'FAILED', failed_at = now()`, 0, 8)
  await change(`will_retry = true`, 0, 1)
  await change(`dropped_at = now()`, 1, 2)
  await change(`status = 'PENDING'`, 2, 3)
  await change(`status = 'SENT'`, 3, 4)
  const beyond = LANES.map(({ lane }) => ({ lane, upTo: Number.MAX_SAFE_INTEGER }))
  expect(await readBacklog(fixture.database, beyond, 1000)).toMatchObject({ undecided: 4 })
  expect(await readBacklog(fixture.database, beyond, 3)).toMatchObject({ undecided: 3 })
  const [lane] = (
    await fixture.pool.query<{ lane: number }>('SELECT lane FROM event_outbox WHERE id = $1', [ids[5]])
  ).rows.map((row) => row.lane)
  const others = beyond.filter((other) => other.lane !== lane)
  expect((await readBacklog(fixture.database, others, 1000)).undecided).toBeLessThan(4)
})

it('is counted from where each lane was dealt with, and looks at nothing before', async () => {
  await change(`parked = true`, 0, 1)
  const { rows } = await fixture.pool.query<{ seq: string }>('SELECT seq FROM event_outbox WHERE id = $1', [
    ids[3],
  ])
  const reached = LANES.map(({ lane }) => ({ lane, upTo: Number(rows[0]!.seq) }))
  expect(await readBacklog(fixture.database, reached, 1000)).toMatchObject({ pending: 7, parked: 1 })
})

it('begins behind what is settled, though the low water stays behind while a write is open', async () => {
  const stranger = await fixture.pool.connect()
  const core = startCoreRelay(fixture.testDatabase.relayUrl, () => Promise.resolve())
  try {
    await stranger.query('BEGIN; SELECT pg_current_xact_id()')
    const [last] = await insertRows(fixture.pool, [{ topic: 't', key: 'k', payload: envelope() }])
    core.wakeUp.wake()
    await eventually(async () => (await countByStatus(fixture.pool)).SENT === 11)
    const { rows } = await fixture.pool.query<{ lane: number; seq: string; low_water: string }>(
      'SELECT lane, seq, low_water FROM event_outbox JOIN outbox_lanes USING (lane) WHERE event_outbox.id = $1',
      [last],
    )
    const { lane, seq, low_water: lowWater } = rows[0]!
    expect(Number(lowWater)).toBeLessThan(Number(seq))
    await eventually(() =>
      core.relay.reached.some((reached) => reached.lane === lane && reached.upTo >= Number(seq)),
    )
  } finally {
    await stranger.query('ROLLBACK')
    stranger.release()
    await core.end()
  }
})

it('is nothing where nothing is to be sent', async () => {
  await change(`status = 'SENT', sent_at = now()`, 0, 10)
  const nothing = { pending: 0, parked: 0, blocking: 0, undecided: 0, oldestDueSeconds: 0 }
  expect(await readBacklog(fixture.database, LANES, 3)).toEqual(nothing)
})

it('is looked for without reading what was SENT, however much that is', async () => {
  await fixture.pool.query(
    `INSERT INTO event_outbox (topic, key, payload, status, sent_at)
     SELECT 't', 'k' || n % 1000, jsonb_build_object('padding', repeat('x', 500)), 'SENT', now()
       FROM generate_series(1, 20000) AS n`,
  )
  await change(`status = 'FAILED', failed_at = now()`, 0, 5)
  await fixture.pool.query('ANALYZE event_outbox')
  const client = await fixture.pool.connect()
  try {
    await client.query(`PREPARE look (smallint[], integer, bigint[]) AS ${BACKLOG.text}`)
    // As a relay that has looked often: with the plan that knows neither lanes nor how far each was dealt with.
    await client.query('SET plan_cache_mode = force_generic_plan')
    // What 400,000 rows do at the usual cost: the index looks dear to a planner that does not know that nothing is behind it.
    await client.query('SET random_page_cost = 8')
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE look ('{0}', 1000, '{0}')`)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('event_outbox_undecided')
    expect(plan).not.toContain('Seq Scan on event_outbox')
  } finally {
    client.release()
  }
})
