/** An outage is not poison: rows wait, what had been claimed follows its schedule, and all goes out in order. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  readTopicToEnd,
  testBrokers,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { openBrokerTunnel, type BrokerTunnel } from './broker-tunnel-fixture.test'
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
let tunnel: BrokerTunnel
let service: RelayService

beforeEach(async () => {
  ;[database, topic, tunnel] = await Promise.all([
    createTestDatabase(),
    createTestTopic(),
    openBrokerTunnel(testBrokers()),
  ])
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await service.stop()
  await tunnel.close()
  await pool.end()
  await database.drop()
})

const relay = async (more: Record<string, string> = {}): Promise<void> => {
  const environment = relayEnvironment(database.relayUrl, topic, { RELAY_POLL_INTERVAL: '0.5', ...more })
  service = await startTestRelay(environment, tunnel.socketFactory)
}

let counter = 0
const send = async (keys: readonly string[]): Promise<string[]> => {
  const rows = keys.map((key) => ({ topic, key, payload: envelope({ n: (counter += 1) }) }))
  const ids = await insertRows(pool, rows)
  await wakeRelays(pool)
  return ids
}

const allSent = async (rows: number): Promise<void> => {
  await eventually(async () => (await countByStatus(pool)).SENT === rows, 30_000)
}

/** The first appearance of each event, in the order of each key. */
async function expectOrder(): Promise<void> {
  const seen = new Set<string>()
  const last = new Map<string, number>()
  for (const { key, value, headers } of await readTopicToEnd(topic)) {
    if (seen.has(headers.event_id!)) continue
    seen.add(headers.event_id!)
    const { n } = JSON.parse(value!) as { n: number }
    expect(n).toBeGreaterThan(last.get(key!) ?? 0)
    last.set(key!, n)
  }
}

const readiness = async (): Promise<{ status: number; reasons: string[] }> => {
  const response = await fetch(`http://127.0.0.1:${service.httpPort}/health/ready`)
  const { reasons } = (await response.json()) as { reasons: string[] }
  return { status: response.status, reasons }
}

it('lets what was claimed fail by its schedule, claims no more, and sends all of it when the broker is back', async () => {
  await relay()
  await send(['a', 'b', 'c'])
  await allSent(3)
  await tunnel.cut()
  const [claimed, behind] = await send(['a', 'a'])
  await eventually(async () => (await outboxRow(pool, claimed!)).attempts >= 1)
  expect((await readiness()).status).toBe(503)
  const untouched = await send(['a', 'b', 'c', 'd'])
  const failed = await eventually(async () => {
    const row = await outboxRow(pool, claimed!)
    return row.status === 'FAILED' ? row : undefined
  }, 30_000)
  expect(failed).toMatchObject({
    attempts: 4,
    will_retry: true,
    parked: true,
    last_error: { class: 'connection' },
  })
  for (const id of [behind!, ...untouched]) {
    expect(await outboxRow(pool, id)).toMatchObject({ status: 'PENDING', attempts: 0 })
  }
  await tunnel.mend()
  await allSent(9)
  await expectOrder()
  expect(await eventually(async () => (await readiness()).status === 200)).toBe(true)
})

it('waits for a broker that is not up yet, and spends no attempt on it', async () => {
  await tunnel.cut()
  await relay()
  const [id] = await send(['a'])
  await eventually(async () => (await readiness()).reasons.some((reason) => reason.includes('ECONNREFUSED')))
  expect(await outboxRow(pool, id!)).toMatchObject({ status: 'PENDING', attempts: 0 })
  await tunnel.mend()
  await allSent(1)
  expect(await outboxRow(pool, id!)).toMatchObject({ attempts: 1, last_error: null })
})

it('survives a frozen broker whose late writes only repeat, in order', async () => {
  await relay({ RELAY_PUBLISH_TIMEOUT: '1' })
  await send(['a', 'b'])
  await allSent(2)
  tunnel.freeze()
  await send(['a', 'a', 'b', 'c'])
  await send(['a', 'b', 'c', 'd'])
  await eventually(async () => {
    const { rows } = await pool.query('SELECT FROM event_outbox WHERE attempts >= 2 AND status <> $1', [
      'SENT',
    ])
    return rows.length > 0
  }, 30_000)
  await send(['a', 'd'])
  tunnel.thaw()
  await allSent(12)
  await expectOrder()
})

it('holds the later events of a key after a fault of its own under block, and lets them go once it is dropped', async () => {
  await relay({ RELAY_FAILED_KEY_POLICY: 'block' })
  const [bad] = await insertRows(pool, [{ topic, key: 'a', payload: 'no envelope' }])
  const [later, other] = await send(['a', 'b'])
  await eventually(async () => (await outboxRow(pool, other!)).status === 'SENT')
  await eventually(async () => (await outboxRow(pool, later!)).parked)
  expect(await outboxRow(pool, bad!)).toMatchObject({ status: 'FAILED', parked: true, will_retry: false })
  await pool.query('UPDATE event_outbox SET dropped_at = now() WHERE id = $1', [bad])
  await eventually(async () => (await outboxRow(pool, later!)).status === 'SENT')
  expect(await outboxRow(pool, bad!)).toMatchObject({ status: 'FAILED', parked: false })
})

it('sends all others in order though one record closes the connection whenever it is sent', async () => {
  tunnel.choke('INDIGESTIBLE')
  const before = await send(['bad'])
  const payload = envelope({ n: (counter += 1), text: 'INDIGESTIBLE' })
  const [bad] = await insertRows(pool, [{ topic, key: 'bad', payload }])
  const [behind] = await send(['bad'])
  await send(Array.from({ length: 75 }, (_, n) => `k${n % 10}`))
  await relay()
  await allSent(75 + before.length)
  expect(await outboxRow(pool, bad!)).toMatchObject({ status: expect.not.stringMatching('SENT') as string })
  expect(await outboxRow(pool, behind!)).toMatchObject({ status: 'PENDING', attempts: 0 })
  await expectOrder()
  // It is sent when the broker takes it, and what waits behind it in its key.
  tunnel.choke('nothing of the kind')
  await allSent(78)
  await expectOrder()
})
