/** Lanes that are handed or taken over wait for no poll and no renewal. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@infinite-scribe/testing'
import { envelope, insertRows, outboxRow } from './relay-fixture.test'
import { openRelayFixture, type RelayFixture } from './relay-with-servers-fixture.test'

let fixture: RelayFixture
beforeEach(async () => {
  fixture = await openRelayFixture()
})
afterEach(() => fixture.close())

it('sends a row whose retry is due within 15 s of its relay having died, with a poll of an hour', async () => {
  const { pool, topic, relay } = fixture
  // Half of the lanes are those of a relay that has just died with a retry to come.
  const { rows } = await pool.query<{ key: string }>(
    `SELECT 'k' || n AS key FROM generate_series(1, 1000) AS n WHERE hashtext('k' || n) & 63 < 32 LIMIT 1`,
  )
  const { key } = rows[0]!
  const [sent, retry, behind] = await insertRows(
    pool,
    Array.from({ length: 3 }, () => ({ topic, key, payload: envelope() })),
  )
  await pool.query(`UPDATE event_outbox SET status = 'SENT' WHERE id = $1`, [sent])
  await pool.query(
    `UPDATE event_outbox SET parked = true, attempts = 1, next_attempt_at = now() + interval '1 second' WHERE id = $1`,
    [retry],
  )
  const dead = randomUUID()
  await pool.query(
    `INSERT INTO outbox_relays (id, name, lease_until) VALUES ($1, 'dead', now() + interval '3 seconds')`,
    [dead],
  )
  await pool.query(
    `UPDATE outbox_lanes SET owner = $1, token = 1, lease_until = now() + interval '3 seconds' WHERE lane < 32`,
    [dead],
  )
  await relay({ RELAY_POLL_INTERVAL: '3600', RELAY_LEASE: '3', RELAY_PUBLISH_TIMEOUT: '1' })
  await eventually(async () => (await outboxRow(pool, behind!)).status === 'SENT', 15_000)
  expect((await outboxRow(pool, retry!)).status).toBe('SENT')
})

it('hands every lane to the other relay at once when it is stopped, not at the next renewal', async () => {
  const { pool, relay } = fixture
  const lanes = async () => {
    const { rows } = await pool.query<{ owner: string | null; lanes: number }>(
      'SELECT owner, count(*)::integer AS lanes FROM outbox_lanes GROUP BY owner',
    )
    return rows
  }
  // Renewed every 36 s: in time is what was told.
  const leaver = await relay({ RELAY_LEASE: '120' })
  await eventually(async () => (await lanes()).every(({ owner }) => owner !== null))
  await relay({ RELAY_LEASE: '120' })
  await eventually(async () => (await lanes()).filter((share) => share.lanes === 32).length === 2)
  await leaver.stop()
  const left = Date.now()
  await eventually(async () => {
    const [all] = await lanes()
    return all!.lanes === 64 && all!.owner !== null
  })
  expect(Date.now() - left).toBeLessThan(10_000)
})
