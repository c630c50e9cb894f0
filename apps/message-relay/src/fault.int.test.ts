/** A fault of the relay's own: it ends, and neither keeps lanes nor looks well. */
import { createTestDatabase, eventually, type TestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { startCoreRelay } from './relay-core-fixture.test'
import { countByStatus, envelope, insertRows } from './relay-fixture.test'

let database: TestDatabase
let pool: Pool

beforeEach(async () => {
  database = await createTestDatabase()
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await pool.end()
  await database.drop()
})

it('ends when a publish throws, and renews its lease no more', async () => {
  const core = startCoreRelay(database.relayUrl, () => Promise.reject(new Error('a fault in the code')), {
    settings: { leaseMs: 1200, publishTimeoutMs: 600 },
  })
  await insertRows(pool, [{ topic: 't', key: 'a', payload: envelope() }])
  core.wakeUp.wake()
  await expect(core.running).rejects.toThrow('a fault in the code')
  await eventually(() => !core.relay.leased)
  await core.end()
  expect(await countByStatus(pool)).toEqual({ PENDING: 1 })
})

it('renews its lease after it was told to stop, until what is in flight has been settled', async () => {
  let release!: () => void
  const gate = new Promise<void>((resolve) => (release = resolve))
  let publishing = false
  const core = startCoreRelay(
    database.relayUrl,
    async () => {
      publishing = true
      await gate
    },
    { settings: { leaseMs: 1200, publishTimeoutMs: 600 } },
  )
  await insertRows(pool, [{ topic: 't', key: 'a', payload: envelope() }])
  core.wakeUp.wake()
  await eventually(() => publishing)
  core.relay.stop()
  const { rows } = await pool.query<{ at: Date }>(`SELECT now() + interval '2 seconds' AS at`)
  // Well beyond the lease that it had when it was told.
  await eventually(async () => {
    const kept = await pool.query('SELECT FROM outbox_lanes WHERE owner IS NOT NULL AND lease_until > $1', [
      rows[0]!.at,
    ])
    return kept.rowCount === 64
  })
  release()
  await core.end()
  expect(await countByStatus(pool)).toEqual({ SENT: 1 })
})

it('says whether it reads the outbox, though there be nothing in it, and when its lease is too short for that', async () => {
  const heard = { read: 0, tooShort: 0 }
  const events = { outboxRead: () => (heard.read += 1), leaseTooShort: () => (heard.tooShort += 1) }
  const nothing = () => Promise.resolve()
  const idle = startCoreRelay(database.relayUrl, nothing, { events })
  await eventually(() => heard.read > 1)
  await idle.end()
  expect(heard.tooShort).toBe(0)
  heard.read = 0
  const hasty = startCoreRelay(database.relayUrl, nothing, { events, settings: { publishTimeoutMs: 20_000 } })
  await eventually(() => heard.tooShort > 1)
  await hasty.end()
  expect(heard.read).toBe(0)
})
