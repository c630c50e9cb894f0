/** The operators' command line against a real outbox and topic. */
import { randomUUID } from 'node:crypto'
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
} from '../relay-fixture.test'
import { operatorProgram } from './program'

let database: TestDatabase
let pool: Pool
let topic: string

beforeEach(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic(2)])
  pool = new Pool({ connectionString: database.url, max: 3 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

/** What was said beside the results of the last command. */
let warned: string[] = []
/** How far each bar had come when it was put away. */
const bars: string[] = []

/* eslint-disable @typescript-eslint/no-explicit-any -- what a command printed is looked at member by member */
/** Types a command; what it printed, and the exit code. */
async function type(line: string, { yes = false } = {}): Promise<{ code: number; text: string; json: any }> {
  const printed: string[] = []
  warned = []
  let code = 0
  const program = operatorProgram({
    environment: relayEnvironment(database.relayUrl, topic),
    who: 'tester@here',
    print: (text) => printed.push(text),
    warn: (text) => warned.push(text),
    bar: (title, total) => {
      let reached = 0
      return { at: (done) => (reached = done), end: () => bars.push(`${title} ${reached} of ${total}`) }
    },
    onInterrupt: () => () => undefined,
    confirm: () => Promise.resolve(yes),
    exitWith: (wanted) => (code = wanted),
  })
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined })
  }
  await program.parseAsync(line.split(' '), { from: 'user' })
  const text = printed.join('\n')
  return { code, text, json: line.includes('--json') ? JSON.parse(text) : undefined }
}

async function failedRows(count: number, errorClass = 'record_too_large'): Promise<string[]> {
  const ids = await insertRows(
    pool,
    Array.from({ length: count }, (_, n) => ({ topic, key: `k${n}`, payload: envelope() })),
  )
  await pool.query(
    `UPDATE event_outbox SET status = 'FAILED', attempts = 4,
            last_error = jsonb_build_object('class', $2::text, 'message', 'it was refused', 'attempts', '["2026-01-01T00:00:00Z"]'::jsonb)
      WHERE id = ANY ($1::uuid[])`,
    [ids, errorClass],
  )
  return ids
}

async function relayUntilSettled(more: Record<string, string> = {}): Promise<void> {
  const relay = await startTestRelay(
    relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.3', ...more }),
  )
  await eventually(async () => (await countByStatus(pool)).PENDING === undefined)
  await relay.stop()
}

it('shows what waits, what failed and who relays', async () => {
  await failedRows(2)
  await insertRows(pool, [{ topic, key: 'x', payload: envelope() }])
  const { json } = await type('status --json')
  expect(json).toMatchObject({
    pending: 1,
    failed: 2,
    sent: 0,
    failed_by_class: { record_too_large: 2 },
    lanes_without_owner: 64,
  })
  expect((await type('status')).text).toMatch(/pending +1\n/)
})

it('lists FAILED rows with their reasons, by class and time, without the dropped ones', async () => {
  const [first, second] = await failedRows(2)
  await failedRows(1, 'unknown_topic')
  expect((await type('list --failed --json')).json).toMatchObject({ total: 3 })
  const { json } = await type('list --failed --class record_too_large --limit 1 --json')
  expect(json).toMatchObject({ total: 2, rows: [{ error: 'it was refused', attempts: 4 }] })
  expect((await type('list --failed --since 2999-01-01T00:00:00Z --json')).json).toEqual({
    rows: [],
    total: 0,
  })
  await type(`drop ${first}`)
  const { text } = await type('list --failed --class record_too_large')
  expect(text).toContain(second)
  expect(text).not.toContain(first)
})

it('sends FAILED rows again, counts before it asks, and leaves an audit row', async () => {
  const [one, ...others] = await failedRows(4)
  expect((await type('requeue --class record_too_large --dry-run --json')).json).toEqual({
    dry_run: true,
    rows: 4,
  })
  expect(await type('requeue --class record_too_large')).toMatchObject({ code: 1 })
  expect(await countByStatus(pool)).toEqual({ FAILED: 4 })
  expect((await type(`requeue ${one} --json`)).json).toEqual({ requeued: [one] })
  expect(await outboxRow(pool, one!)).toMatchObject({ status: 'PENDING', attempts: 0, parked: true })
  expect((await type('requeue --until 2999-01-01T00:00:00Z --yes --json')).json.requeued).toEqual(others)
  const unknown = randomUUID()
  expect((await type(`requeue ${one} ${unknown}`)).code).toBe(1)
  expect(warned).toEqual([
    `${one}: is PENDING, not FAILED`,
    expect.stringMatching(`^${unknown}: there is no`),
  ])
  // A dry run ends as the real one would.
  expect(await type(`requeue ${one} ${unknown} --dry-run`)).toMatchObject({ code: 1 })
  expect(warned).toEqual([
    `${one}: is PENDING, not FAILED`,
    expect.stringMatching(`^${unknown}: there is no`),
  ])
  expect(await type(`drop ${unknown} --dry-run`)).toMatchObject({ code: 1 })
  const { rows } = await pool.query('SELECT who, action, rows, details FROM outbox_audit ORDER BY id')
  expect(rows).toEqual([
    { who: 'tester@here', action: 'requeue', rows: 1, details: { ids: [one], changed: [one] } },
    {
      who: 'tester@here',
      action: 'requeue',
      rows: 3,
      details: { until: '2999-01-01T00:00:00.000Z', changed: expect.arrayContaining(others) },
    },
  ])
  await relayUntilSettled()
  expect(await countByStatus(pool)).toEqual({ SENT: 4 })
})

it('drops FAILED rows for good: they stay, and requeue passes them by', async () => {
  const ids = await failedRows(2)
  expect(await type(`drop ${ids.join(' ')}`)).toMatchObject({ code: 1 })
  expect((await type(`drop ${ids.join(' ')} --dry-run --json`)).json).toEqual({ dry_run: true, rows: 2 })
  const { json } = await type(`drop ${ids.join(' ')} --json`, { yes: true })
  expect(json.dropped.sort()).toEqual([...ids].sort())
  expect((await type('requeue --class record_too_large --yes --json')).json).toEqual({ requeued: [] })
  expect(await countByStatus(pool)).toEqual({ FAILED: 2 })
  expect((await type(`drop ${ids[0]}`)).code).toBe(1)
  expect(warned).toEqual([`${ids[0]}: was dropped`])
})

it('refuses what names no rows, no id or no time', async () => {
  await expect(type('requeue')).rejects.toThrow()
  await expect(type('requeue not-an-id')).rejects.toThrow('An outbox id is a UUID.')
  await expect(type('list --failed --since yesterday')).rejects.toThrow('A time is written like')
  await expect(type('list --failed --limit 0')).rejects.toThrow('positive')
  await expect(type('list --failed --class nonsense')).rejects.toThrow(/no class nonsense.*unknown_topic/)
  await expect(type('requeue --class nonsense')).rejects.toThrow(/no class nonsense.*unknown_topic/)
  await failedRows(1, 'of_another_version')
  expect((await type('list --failed --class of_another_version --json')).json.total).toBe(1)
  await expect(type('list')).rejects.toThrow('--failed')
  await expect(type('replay')).rejects.toThrow()
})

it('says so where a session has no events to replay', async () => {
  const session = randomUUID()
  expect(await type(`replay --session ${session}`)).toMatchObject({
    code: 1,
    text: 'put back to PENDING: 0 events',
  })
  expect(warned).toEqual([`There are no events of a session ${session}.`])
  expect((await type(`replay --session ${session} --since 2026-01-01T00:00:00Z --dry-run`)).code).toBe(1)
  expect(warned).toEqual([`There are no events of that time of a session ${session}.`])
  expect((await type('replay --since 2999-01-01T00:00:00Z')).code).toBe(0)
})

it('replays a session’s facts in their order, byte for byte where the first row is still there', async () => {
  const session = randomUUID()
  for (const [n, id] of [randomUUID(), randomUUID()].entries()) {
    await pool.query(
      `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
       VALUES ($1, $1, 'Genesis.Session.Created', 'GENESIS_SESSION', $2, $3, '{"a": 1}')`,
      [id, session, n + 1],
    )
  }
  expect((await type(`replay --session ${session} --dry-run --json`)).json).toEqual({
    dry_run: true,
    events: 2,
  })
  expect(await type(`replay --session ${session}`)).toMatchObject({ code: 1 })
  expect((await type(`replay --session ${session} --yes --json`)).json).toEqual({ replayed: 2 })
  const { rows } = await pool.query('SELECT id, topic, key, payload FROM event_outbox ORDER BY seq')
  const { rows: audited } = await pool.query('SELECT rows, details FROM outbox_audit')
  expect(audited).toEqual([{ rows: 2, details: { session, changed: rows.map(({ id }) => id) } }])
  expect(rows.map(({ payload }) => payload.aggregate_version)).toEqual([1, 2])
  expect(rows[0]).toMatchObject({ topic, key: session })
  expect(Object.keys(rows[0].payload).sort()).toEqual([
    'aggregate_id',
    'aggregate_type',
    'aggregate_version',
    'causation_id',
    'correlation_id',
    'created_at',
    'event_id',
    'event_type',
    'event_version',
    'metadata',
    'payload',
  ])
  expect(rows[0].payload.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

describe('verify', () => {
  it('finds nothing wrong after a run, and names what is not yet sent', async () => {
    await insertRows(
      pool,
      Array.from({ length: 50 }, (_, n) => ({ topic, key: `k${n % 5}`, payload: envelope() })),
    )
    await relayUntilSettled()
    const [waiting] = await insertRows(pool, [
      { topic, key: 'k', payload: envelope({ event_id: 'waiting' }) },
    ])
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
    expect(waiting).toBeDefined()
    expect(code).toBe(0)
    expect((await type('verify')).text).toContain('50 records')
  })

  it('names what is lost, repeated, and out of order, and exits 1', async () => {
    const rows = ['a', 'b', 'c'].map((event_id) => ({ topic, key: 'k', payload: envelope({ event_id }) }))
    await insertRows(pool, [...rows, { topic, key: 'other', payload: envelope() }])
    await relayUntilSettled()
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
    await relayUntilSettled()
    await pool.query(`UPDATE event_outbox SET payload = '{"event_id": "mended"}' WHERE id = $1`, [bad])
    await type(`requeue ${bad}`)
    await relayUntilSettled()
    const { json, code } = await type('verify --json')
    expect(json).toMatchObject({ lost: 0, out_of_order: 0, requeued_late: 1, not_yet_sent: 0 })
    expect(json.examples.requeued_late).toEqual(['mended'])
    expect(code).toBe(0)
  })

  it('calls late what a replay sends again after its topic was lost', async () => {
    const session = randomUUID()
    const events = [1, 2].map((version) => ({ event_id: randomUUID(), version }))
    for (const { event_id: id, version } of events) {
      await pool.query(
        `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
         VALUES ($1, $1, 'Genesis.Session.FeedbackSubmitted', 'GENESIS_SESSION', $2, $3, '{}')`,
        [id, session, version],
      )
    }
    // The first was SENT to a topic that is gone; the second came to the new one before the replay.
    const [gone] = await insertRows(pool, [{ topic, key: session, payload: envelope(events[0]) }])
    await pool.query(`UPDATE event_outbox SET status = 'SENT', sent_at = now() WHERE id = $1`, [gone])
    await insertRows(pool, [{ topic, key: session, payload: envelope(events[1]) }])
    await relayUntilSettled()
    expect((await type('verify --json')).json).toMatchObject({ lost: 1, out_of_order: 0 })
    await type(`replay --session ${session} --yes`)
    await relayUntilSettled()
    const { json, code } = await type('verify --json')
    expect(json).toMatchObject({ lost: 0, out_of_order: 0, requeued_late: 1, not_yet_sent: 0 })
    expect(code).toBe(0)
  })

  it('still calls disorder what was out of order before a replay sent it again', async () => {
    const session = randomUUID()
    const events = [1, 2].map((version) => ({ event_id: randomUUID(), version }))
    for (const { event_id: id, version } of events) {
      await pool.query(
        `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
         VALUES ($1, $1, 'Genesis.Session.FeedbackSubmitted', 'GENESIS_SESSION', $2, $3, '{}')`,
        [id, session, version],
      )
    }
    // The second one's row was written first.
    const inOutbox = [...events].reverse()
    const [, first] = await insertRows(
      pool,
      inOutbox.map((event) => ({ topic, key: session, payload: envelope(event) })),
    )
    await relayUntilSettled()
    await pool.query(`UPDATE event_outbox SET seq = 0 WHERE id = $1`, [first])
    await type(`replay --session ${session} --yes`)
    await relayUntilSettled()
    const { json, code } = await type('verify --json')
    expect(json).toMatchObject({ out_of_order: 1, requeued_late: 0 })
    expect(code).toBe(1)
  })

  it('shows how far it has come, and so do requeue and replay', async () => {
    await failedRows(3)
    bars.length = 0
    await type('requeue --class record_too_large --yes')
    expect(bars).toEqual(['Putting back 3 of 3'])
    await relayUntilSettled()
    bars.length = 0
    await type('verify')
    expect(bars).toEqual(['Reading 3 of 3', 'Comparing 10 of 10'])
  })
})
