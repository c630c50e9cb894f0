/** The operators' command line against a real outbox and topic. */
import { randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { countByStatus, envelope, insertRows, outboxRow } from '../relay-fixture.test'
import { openOperatorFixture, type OperatorFixture } from './operator-fixture.test'

let fixture: OperatorFixture
let pool: Pool
let topic: string
let type: OperatorFixture['type']

beforeEach(async () => {
  fixture = await openOperatorFixture()
  ;({ pool, topic, type } = fixture)
})

afterEach(() => fixture.close())

it('shows what waits, what failed and who relays', async () => {
  await fixture.failedRows(2)
  await insertRows(pool, [{ topic, key: 'x', payload: envelope() }])
  const { json } = await type('status --json')
  expect(json).toMatchObject({
    pending: 1,
    failed: 2,
    sent: 0,
    failed_by_class: { record_too_large: 2 },
    lanes_without_owner: 64,
  })
  const { text } = await type('status')
  expect(text).toMatch(/pending +1\n/)
  expect(text).toMatch(/failed will retry +0 {2}\(of the failed\)\n/)
  expect(text).toMatch(/dropped +0 {2}\(not among the failed\)\n/)
})

it('lists FAILED rows with their reasons, by class and time, without the dropped ones', async () => {
  const [first, second] = await fixture.failedRows(2)
  await fixture.failedRows(1, 'unknown_topic')
  expect((await type('list --failed --json')).json).toMatchObject({ total: 3 })
  const { json } = await type('list --failed --class record_too_large --limit 1 --json')
  expect(json).toMatchObject({ total: 2, rows: [{ error: 'it was refused', attempts: 4 }] })
  expect((await type('list --failed --since 2999-01-01 --json')).json).toEqual({
    rows: [],
    total: 0,
  })
  await type(`drop ${first}`)
  const { text } = await type('list --failed --class record_too_large')
  expect(text).toContain(second)
  expect(text).toMatch(/^outbox_id +topic +error_class +error +/)
  expect(text).not.toContain(first)
})

it('sends FAILED rows again, counts before it asks, and leaves an audit row', async () => {
  const [one, ...others] = await fixture.failedRows(4)
  expect((await type('requeue --class record_too_large --dry-run --json')).json).toEqual({
    dry_run: true,
    rows: 4,
    by_class: { record_too_large: 4 },
    left_to_relay: 0,
    left: [],
  })
  expect(await type('requeue --class record_too_large')).toMatchObject({
    code: 1,
    warned: ['Nothing was changed: confirm on a terminal, or give --yes.'],
  })
  expect(await countByStatus(pool)).toEqual({ FAILED: 4 })
  expect((await type(`requeue ${one} --json`)).json).toEqual({ requeued: [one], left: [] })
  expect(await outboxRow(pool, one!)).toMatchObject({ status: 'PENDING', attempts: 0, parked: true })
  expect((await type('requeue --until 2999-01-01T00:00:00Z --yes --json')).json.requeued).toEqual(others)
  const unknown = randomUUID()
  const left = [`${one}: is PENDING, not FAILED`, expect.stringMatching(`^${unknown}: there is no`)]
  expect(await type(`requeue ${one} ${unknown}`)).toMatchObject({ code: 1, warned: left })
  // A dry run ends as the real one would.
  expect(await type(`requeue ${one} ${unknown} --dry-run`)).toMatchObject({ code: 1, warned: left })
  expect(await type(`drop ${unknown} --dry-run`)).toMatchObject({ code: 1 })
  const reasons = [
    { outbox_id: one, reason: 'is PENDING, not FAILED' },
    { outbox_id: unknown, reason: expect.stringMatching('^there is no') },
  ]
  for (const verb of ['requeue', 'requeue --dry-run', 'drop --yes', 'drop --dry-run']) {
    expect((await type(`${verb} ${one} ${unknown} --json`)).json).toMatchObject({ left: reasons })
  }
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
  await fixture.relayUntilSettled()
  expect(await countByStatus(pool)).toEqual({ SENT: 4 })
})

it('drops FAILED rows for good: they stay, and requeue passes them by', async () => {
  const ids = await fixture.failedRows(2)
  expect(await type(`drop ${ids.join(' ')}`)).toMatchObject({ code: 1 })
  expect((await type(`drop ${ids.join(' ')} --dry-run --json`)).json).toEqual({
    dry_run: true,
    rows: 2,
    left: [],
  })
  const { json } = await type(`drop ${ids.join(' ')} --json`, () => Promise.resolve(true))
  expect(json.dropped.sort()).toEqual([...ids].sort())
  expect((await type('requeue --class record_too_large --yes --json')).json).toEqual({
    requeued: [],
    left: [],
  })
  expect(await countByStatus(pool)).toEqual({ FAILED: 2 })
  expect(await type(`drop ${ids[0]}`)).toMatchObject({ code: 1, warned: [`${ids[0]}: was dropped`] })
})

it('refuses what names no rows, no id or no time', async () => {
  await expect(type('requeue')).rejects.toThrow()
  await expect(type('requeue not-an-id')).rejects.toThrow('An outbox id is a UUID.')
  for (const time of ['yesterday', '1', '2026-01-31T09:00']) {
    await expect(type(`list --failed --since ${time}`)).rejects.toThrow('A time is written like')
  }
  await expect(type('list --failed --limit 0')).rejects.toThrow('positive')
  await expect(type('list --failed --class nonsense')).rejects.toThrow(/no class nonsense.*unknown_topic/)
  await expect(type('requeue --class nonsense')).rejects.toThrow(/no class nonsense.*unknown_topic/)
  await fixture.failedRows(1, 'of_another_version')
  expect((await type('list --failed --class of_another_version --json')).json.total).toBe(1)
  for (const verb of ['list --failed', 'requeue', 'replay']) {
    const backwards = `${verb} --since 2026-01-02 --until 2026-01-01`
    await expect(type(backwards)).rejects.toThrow(/--since .* is not before --until/)
  }
  await expect(type('list')).rejects.toThrow('--failed')
  await expect(type('replay')).rejects.toThrow()
  await expect(type('replay --session nope')).rejects.toThrow('A session id is a UUID.')
})

it('says so where a session has no events to replay', async () => {
  const session = randomUUID()
  expect(await type(`replay --session ${session}`)).toMatchObject({
    code: 1,
    text: 'written to the outbox again: 0 events',
    warned: [`There are no events of a session ${session}.`],
  })
  expect(await type(`replay --session ${session} --since 2026-01-01T00:00:00Z --dry-run`)).toMatchObject({
    code: 1,
    warned: [`There are no events of that time of a session ${session}.`],
  })
  expect((await type('replay --since 2999-01-01T00:00:00Z')).code).toBe(0)
})

it('replays a session’s facts in their order, byte for byte where the first row is still there', async () => {
  const session = randomUUID()
  await fixture.facts(session, 2)
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

it('shows how far requeue and replay have come', async () => {
  await fixture.failedRows(3)
  expect((await type('requeue --class record_too_large --yes')).bars).toEqual(['Putting back 3 of 3'])
  const session = randomUUID()
  await fixture.facts(session, 2)
  expect((await type(`replay --session ${session.toUpperCase()} --yes`)).bars).toEqual(['Writing 2 of 2'])
})

describe('what comes while somebody is asked', () => {
  it('is not put back with what the question was about', async () => {
    const asked = await fixture.failedRows(2)
    let later: string[] = []
    const answer = async () => {
      later = await fixture.failedRows(2)
      return true
    }
    const { json } = await type('requeue --class record_too_large --json', answer)
    expect([...json.requeued].sort()).toEqual([...asked].sort())
    expect(await outboxRow(pool, later[0]!)).toMatchObject({ status: 'FAILED' })
  })

  it('is not replayed with what the question was about', async () => {
    const session = randomUUID()
    await fixture.facts(session, 2)
    const answer = async () => {
      await fixture.facts(session, 1)
      return true
    }
    expect((await type(`replay --session ${session} --json`, answer)).json).toEqual({ replayed: 2 })
  })

  it('is not dropped with what the question was about', async () => {
    const ids = await fixture.failedRows(3)
    await type(`requeue ${ids[2]}`)
    const answer = async () => {
      await pool.query(`UPDATE event_outbox SET status = 'FAILED' WHERE id = $1`, [ids[2]])
      return true
    }
    const { json, code } = await type(`drop ${ids.join(' ')} --json`, answer)
    expect([...json.dropped].sort()).toEqual(ids.slice(0, 2).sort())
    expect(code).toBe(1)
  })
})
