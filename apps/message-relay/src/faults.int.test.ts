/** PostgreSQL's connections die at any moment; the relay goes on by itself. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  readTopicToEnd,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool, type PoolClient } from 'pg'
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
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await service.stop()
  await pool.end()
  await database.drop()
})

/** Ends every connection of the relay, whatever it is doing, and returns when it has ended. */
async function killBackends(application = 'message-relay%'): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE $1`,
    [application],
  )
}

/** Does `work` while a transaction of its own holds what `statement` locks, and commits it then. */
async function locking<T>(statement: string, work: (lock: PoolClient) => Promise<T>): Promise<T> {
  const lock = await pool.connect()
  try {
    await lock.query('BEGIN')
    await lock.query(statement)
    const result = await work(lock)
    await lock.query('COMMIT')
    return result
  } finally {
    // Not kept: where `work` failed, its end is what ends the transaction.
    lock.release(true)
  }
}

async function untilItWaitsForALock(query: string): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'message-relay'
          AND wait_event_type = 'Lock' AND query LIKE $1`,
      [query],
    )
    return (rowCount ?? 0) > 0
  })
}

it('loses nothing and keeps the order while its backends are killed mid-claim and mid-settle', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.5' }))
  const rows = Array.from({ length: 4000 }, (_, n) => ({
    topic,
    key: `k${n % 40}`,
    payload: envelope({ n }),
  }))
  await insertRows(pool, rows)
  await wakeRelays(pool)
  for (let n = 0; n < 4; n += 1) {
    const before = (await countByStatus(pool)).SENT ?? 0
    await eventually(
      async () => ((await countByStatus(pool)).SENT ?? 0) >= Math.min(before + 200, rows.length),
      30_000,
    )
    await killBackends()
  }
  await eventually(async () => (await countByStatus(pool)).SENT === rows.length, 30_000)
  const last = new Map<string, number>()
  const seen = new Set<number>()
  for (const { key, value } of await readTopicToEnd(topic)) {
    const { n } = JSON.parse(value!) as { n: number }
    if (seen.has(n)) continue
    seen.add(n)
    expect(n).toBeGreaterThan(last.get(key!) ?? -1)
    last.set(key!, n)
  }
  expect(seen.size).toBe(rows.length)
}, 120_000)

it('claims again when its backend was killed in the middle of a claim', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '60' }))
  const [id] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await outboxRow(pool, id!)).status === 'SENT')
  const next = await locking('LOCK TABLE event_outbox IN ACCESS EXCLUSIVE MODE', async (lock) => {
    await wakeRelays(pool)
    await untilItWaitsForALock('%mine.after, mine.up_to%')
    // Nothing tells of this row: only the claim that comes after the one that is killed can find it.
    const [hidden] = await insertRows(lock, [{ topic, key: 'k', payload: envelope() }])
    await killBackends('message-relay')
    return hidden
  })
  await eventually(async () => (await outboxRow(pool, next!)).status === 'SENT')
})

it('settles later what it could not settle when the rows were locked and the connection died', async () => {
  // Before there is a relay: none settles them between the insert and the lock.
  const [id] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await locking('SELECT FROM event_outbox FOR UPDATE', async () => {
    // A publish that outlasts its deadline is repeated, and the records are counted.
    const unhurried = { RELAY_LEASE: '30', RELAY_PUBLISH_TIMEOUT: '10' }
    service = await startTestRelay(relayEnvironment(database.relayUrl, topic, unhurried))
    await untilItWaitsForALock('%UPDATE event_outbox AS o%')
    expect(await readTopicToEnd(topic)).toHaveLength(1)
    await killBackends('message-relay')
  })
  await eventually(async () => (await outboxRow(pool, id!)).status === 'SENT')
  expect(await readTopicToEnd(topic)).toHaveLength(1)
})

it('listens again when its wake-up connection died, and looks at once for what it missed', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '60' }))
  const [first] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await outboxRow(pool, first!)).status === 'SENT')
  // Nothing tells of this row: only the look that comes with the new connection can find it.
  const [missed] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await killBackends('message-relay listener')
  await eventually(async () => (await outboxRow(pool, missed!)).status === 'SENT')
  const [next] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await outboxRow(pool, next!)).status === 'SENT')
})

it('asks PostgreSQL nothing but its lease while nothing happens between polls', async () => {
  service = await startTestRelay(relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '30' }))
  const [id] = await insertRows(pool, [{ topic, key: 'k', payload: envelope() }])
  await wakeRelays(pool)
  await eventually(async () => (await outboxRow(pool, id!)).status === 'SENT')
  const reads = async (): Promise<number> => {
    const { rows } = await pool.query<{ scans: string }>(
      `SELECT idx_scan + seq_scan AS scans FROM pg_stat_user_tables WHERE relname = 'event_outbox'`,
    )
    return Number(rows[0]!.scans)
  }
  const renewals = async (): Promise<string> =>
    (await pool.query<{ at: string }>('SELECT lease_until::text AS at FROM outbox_relays')).rows[0]!.at
  const untilRenewed = async (): Promise<void> => {
    const renewal = await renewals()
    await eventually(async () => (await renewals()) !== renewal)
  }
  // A backend that is idle may tell of its scans as much as 10 s later: what was before shows meanwhile.
  await eventually(async () => {
    const before = await reads()
    await untilRenewed()
    await untilRenewed()
    return (await reads()) === before
  }, 45_000)
})
