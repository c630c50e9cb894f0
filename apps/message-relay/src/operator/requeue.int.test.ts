/** What `requeue` takes besides rows that FAILED for their own fault, and what it leaves to the relay. */
import { randomUUID } from 'node:crypto'
import { readTopicToEnd } from '@infinite-scribe/testing'
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

const sentOrder = async (): Promise<unknown[]> =>
  (await readTopicToEnd(topic)).map(({ value }) => (JSON.parse(value ?? '') as { event_id: string }).event_id)

describe('SENT rows that are still kept', () => {
  it('are sent again in their order, counted as repeated and no disorder, with an audit row', async () => {
    const events = ['a', 'b', 'c'].map((event_id) => ({ topic, key: 'k', payload: envelope({ event_id }) }))
    const ids = await insertRows(pool, events)
    await fixture.relayUntilSettled()
    expect((await type(`requeue --sent --since 2000-01-01 --dry-run --json`)).json).toEqual({
      dry_run: true,
      rows: 3,
      by_topic: { [topic]: 3 },
      left_to_relay: 0,
      left: [],
    })
    const { json } = await type(`requeue --sent ${ids[1]} ${ids[0]} --yes --json`)
    expect(json).toEqual({ requeued: [ids[0], ids[1]], left: [] })
    expect(await outboxRow(pool, ids[0]!)).toMatchObject({
      status: 'PENDING',
      attempts: 0,
      kafka_offset: null,
      sent_at: null,
    })
    await fixture.relayUntilSettled()
    expect(await countByStatus(pool)).toEqual({ SENT: 3 })
    expect(await sentOrder()).toEqual(['a', 'b', 'c', 'a', 'b'])
    expect((await type('verify --json')).json).toMatchObject({
      lost: 0,
      repeated: 2,
      out_of_order: 0,
      requeued_late: 0,
    })
    const { rows } = await pool.query('SELECT action, rows, details FROM outbox_audit')
    expect(rows).toMatchObject([
      { action: 'requeue', rows: 2, details: { state: 'sent', changed: expect.arrayContaining([ids[0]]) } },
    ])
  })

  it('are nothing else: a FAILED row is left, and no class can be named', async () => {
    const [failed] = await fixture.failedRows(1)
    expect(await type(`requeue --sent ${failed}`)).toMatchObject({
      code: 1,
      warned: [`${failed}: is FAILED, not SENT`],
    })
    await expect(type('requeue --sent --class record_too_large')).rejects.toThrow('cannot be used with')
    await expect(type('requeue --sent')).rejects.toThrow('say which')
  })
})

it('takes back what was dropped', async () => {
  const [kept, dropped] = await fixture.failedRows(2)
  await type(`drop ${dropped}`)
  expect((await type(`requeue --dropped --since 2000-01-01 --json`)).json).toEqual({
    requeued: [dropped],
    left: [],
  })
  expect(await outboxRow(pool, dropped!)).toMatchObject({ status: 'PENDING', dropped_at: null, parked: true })
  expect(await outboxRow(pool, kept!)).toMatchObject({ status: 'FAILED' })
})

it('leaves to the relay what an outage failed, and says how many, unless it is named', async () => {
  const [own, away] = await fixture.failedRows(2)
  await pool.query('UPDATE event_outbox SET will_retry = true WHERE id = $1', [away])
  const left = ['Left out: 1 row that an outage failed; the relay sends them by itself']
  const dry = await type('requeue --since 2000-01-01 --dry-run --json')
  expect(dry.json).toMatchObject({ rows: 1, by_class: { record_too_large: 1 }, left_to_relay: 1 })
  expect(dry.warned).toEqual([expect.stringContaining(left[0]!)])
  expect((await type('requeue --since 2000-01-01 --dry-run')).text).toContain('record_too_large: 1')
  const { json, code, warned } = await type('requeue --since 2000-01-01 --yes --json')
  expect({ json, code, warned }).toEqual({ json: { requeued: [own], left: [] }, code: 0, warned: dry.warned })
  expect((await type(`requeue ${away} --json`)).json).toEqual({ requeued: [away], left: [] })
})

it('says on stdout why nothing was changed, where it was asked for JSON', async () => {
  await fixture.failedRows(2)
  const line = 'requeue --class record_too_large --json'
  const reason = 'confirm on a terminal, or give --yes'
  expect(await type(line)).toMatchObject({ code: 1, json: { changed: 0, reason } })
  const refused = await type(line, () => Promise.resolve(false))
  expect(refused).toMatchObject({ code: 1, json: { changed: 0 } })
  // Whoever answered sat at a terminal.
  expect(refused.warned.join()).not.toContain('terminal')
})

it.each(['requeue', 'drop'])(
  'tells what %s has changed where it cannot read why others were left',
  async (verb) => {
    const [one, other] = await fixture.failedRows(2)
    const unknown = randomUUID()
    // In the transaction of the change, after it.
    await pool.query(`
    CREATE FUNCTION blind() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN REVOKE SELECT ON event_outbox FROM genesis_relay; RETURN NULL; END $$;
    CREATE TRIGGER blind AFTER INSERT ON outbox_audit EXECUTE FUNCTION blind()`)
    const { json, code, warned } = await type(`${verb} ${one} ${other} ${unknown} --yes --json`)
    const left = [{ outbox_id: unknown, reason: 'unknown: could not be read' }]
    expect(json).toEqual({ [verb === 'drop' ? 'dropped' : 'requeued']: expect.any(Array), left })
    expect((Object.values(json)[0] as string[]).sort()).toEqual([one, other].sort())
    expect(warned).toEqual([
      'Why rows were left could not be read: permission denied for table event_outbox',
      `${unknown}: unknown: could not be read`,
    ])
    expect(code).toBe(1)
  },
)

it('puts many back in portions, each a transaction with its audit row: what one meets undoes none before it', async () => {
  await fixture.failedRows(10_001)
  const { rows: last } = await pool.query('SELECT id FROM event_outbox ORDER BY lane DESC, seq DESC LIMIT 1')
  await pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no such order'; END $$;
    CREATE TRIGGER refuse BEFORE UPDATE ON event_outbox FOR EACH ROW WHEN (OLD.id = '${last[0].id}')
      EXECUTE FUNCTION refuse()`)
  const line = 'requeue --class record_too_large --yes --json'
  await expect(type(line)).rejects.toMatchObject({
    message: 'no such order',
    warned: [expect.stringContaining('10000 rows')],
  })
  expect(await countByStatus(pool)).toEqual({ FAILED: 1, PENDING: 10_000 })
  await pool.query('DROP TRIGGER refuse ON event_outbox')
  expect(await type(line)).toMatchObject({ json: { requeued: [last[0].id] }, bars: ['Putting back 1 of 1'] })
  const { rows: audited } = await pool.query(
    `SELECT rows, jsonb_array_length(details -> 'changed') AS ids FROM outbox_audit ORDER BY id`,
  )
  expect(audited).toEqual([
    { rows: 10_000, ids: 1000 },
    { rows: 1, ids: 1 },
  ])
})

it('puts back more than a portion, and tells of each row once', async () => {
  const ids = await fixture.failedRows(10_001)
  const { json, bars } = await type('requeue --since 2000-01-01 --yes --json')
  expect(new Set(json.requeued)).toEqual(new Set(ids))
  expect(json.requeued).toHaveLength(10_001)
  expect(bars).toEqual(['Putting back 10001 of 10001'])
  const { rows: audited } = await pool.query('SELECT rows FROM outbox_audit ORDER BY id')
  expect(audited).toEqual([{ rows: 10_000 }, { rows: 1 }])
})
