/** Parked rows of lanes that are taken over do not wait for the poll. */
import { randomUUID } from 'node:crypto'
import { createTestDatabase, createTestTopic, eventually } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { envelope, insertRows, outboxRow, relayEnvironment, startTestRelay } from './relay-fixture.test'

it('sends a row whose retry is due within 15 s of its relay having died, with a poll of an hour', async () => {
  const [database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  const pool = new Pool({ connectionString: database.url, max: 3 })
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
  const service = await startTestRelay(
    relayEnvironment(database.relayUrl, topic, {
      RELAY_POLL_INTERVAL: '3600',
      RELAY_LEASE: '3',
      RELAY_PUBLISH_TIMEOUT: '1',
    }),
  )
  try {
    await eventually(async () => (await outboxRow(pool, behind!)).status === 'SENT', 15_000)
    expect((await outboxRow(pool, retry!)).status).toBe('SENT')
  } finally {
    await service.stop()
    await pool.end()
    await database.drop()
  }
})
