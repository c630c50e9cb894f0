/** A claim's bound on bytes: what is sent counts, however small it is stored. */
import { envelope, insertRows } from '../relay-fixture.test'
import { openOutboxFixture, type OutboxFixture } from './outbox-fixture.test'
import { postgresOutbox } from './postgres-outbox'

const ROWS = 20
const LETTERS = 100_000

let fixture: OutboxFixture

beforeEach(async () => {
  fixture = await openOutboxFixture()
})

afterEach(() => fixture.close())

/** Rows of one key that the database stores in a fiftieth of their length. */
async function insertCompressible(): Promise<void> {
  const payload = envelope({ payload: { text: 'a'.repeat(LETTERS) } })
  await insertRows(
    fixture.pool,
    Array.from({ length: ROWS }, () => ({ topic: 't', key: 'k', payload })),
  )
  const { rows } = await fixture.pool.query<{ bytes: number }>(
    'SELECT sum(pg_column_size(payload))::integer AS bytes FROM event_outbox',
  )
  expect(rows[0]!.bytes).toBeLessThan((ROWS * LETTERS) / 20)
}

async function ownedLane() {
  const { owned } = await fixture.leases().renew([])
  const { rows } = await fixture.pool.query<{ lane: number }>('SELECT lane FROM event_outbox LIMIT 1')
  return owned.find(({ lane }) => lane === rows[0]!.lane)!
}

it('takes no more fresh rows than fit, and says that there are more', async () => {
  await insertCompressible()
  const lane = await ownedLane()
  const bounds = { rows: 100, bytes: 2.5 * LETTERS }
  const outbox = postgresOutbox(fixture.database)
  const read = await outbox.readRange([{ ...lane, after: 0, upTo: null }], 100, bounds, [])
  expect(read.rows).toHaveLength(3)
  expect(read.rows[0]!.bytes).toBeGreaterThan(LETTERS)
  expect(read.lanes.get(lane.lane)).toEqual({ readTo: read.rows[2]!.seq, hasMore: true })
})

it('takes one row that is larger than the bound, or it would never be sent', async () => {
  await insertCompressible()
  const lane = await ownedLane()
  const outbox = postgresOutbox(fixture.database)
  const read = await outbox.readRange([{ ...lane, after: 0, upTo: null }], 100, { rows: 100, bytes: 1 }, [])
  expect(read.rows).toHaveLength(1)
})

it('takes no more parked rows than fit, and says that there are more', async () => {
  await insertCompressible()
  await fixture.pool.query('UPDATE event_outbox SET parked = true')
  const lane = await ownedLane()
  const bounds = { rows: 100, bytes: 2.5 * LETTERS }
  const keys = [{ ...lane, key: 'k', upTo: Number.MAX_SAFE_INTEGER }]
  const { rows, complete } = await postgresOutbox(fixture.database).parkedRuns(keys, false, bounds)
  expect(rows).toHaveLength(3)
  expect(complete).toBe(false)
})

it('takes no more dead letters than fit, and one that is larger', async () => {
  await insertCompressible()
  const grow = (megabytes: number) =>
    fixture.pool.query(
      `UPDATE event_outbox SET status = 'FAILED', dead_letter_due = true,
              payload = jsonb_build_object('text', repeat('a', $1 * 1000000))`,
      [megabytes],
    )
  const lane = await ownedLane()
  const outbox = postgresOutbox(fixture.database)
  await grow(3)
  expect(await outbox.deadLettersDue([lane], undefined, ROWS)).toHaveLength(3)
  await fixture.pool.query(
    'DELETE FROM event_outbox WHERE seq NOT IN (SELECT seq FROM event_outbox ORDER BY seq LIMIT 2)',
  )
  await grow(9)
  expect(await outbox.deadLettersDue([lane], undefined, ROWS)).toHaveLength(1)
})
