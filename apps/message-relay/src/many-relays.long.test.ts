/** A minute of three relays, one of them killed every 3 s or frozen: nothing lost, nothing out of order. */
import {
  createTestDatabase,
  createTestTopic,
  eventually,
  readTopicToEnd,
  startService,
  type ServiceProcess,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'pg'
import { countByStatus, envelope, insertRows, relayEnvironment, wakeRelays } from './relay-fixture.test'

const KEYS = 50
const SECONDS = Number(process.env.LONG_TEST_SECONDS ?? 60)

let database: TestDatabase
let pool: Pool
let topic: string
const running = new Set<ServiceProcess>()

beforeEach(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  pool = new Pool({ connectionString: database.url, max: 5 })
})

afterEach(async () => {
  await Promise.all([...running].map((relay) => relay.stop('SIGKILL')))
  running.clear()
  await pool.end()
  await database.drop()
})

async function relay(): Promise<ServiceProcess> {
  const service = await startService(
    'message-relay',
    relayEnvironment(database.relayUrl, topic, { LOG_LEVEL: 'warn' }),
  )
  running.add(service)
  return service
}

/** 200 rows a second; each key's rows are numbered in the order of their commits. */
async function writeFor(seconds: number): Promise<number> {
  let written = 0
  const end = Date.now() + seconds * 1000
  while (Date.now() < end) {
    await insertRows(
      pool,
      Array.from({ length: 20 }, () => ({
        topic,
        key: `k${written % KEYS}`,
        payload: envelope({ n: (written += 1) }),
      })),
    )
    await wakeRelays(pool)
    await delay(100)
  }
  return written
}

async function expectAllInOrder(written: number): Promise<void> {
  await eventually(async () => (await countByStatus(pool)).SENT === written, 60_000, 200)
  const values = new Map<string, string>()
  const last = new Map<string, number>()
  for (const { key, value, headers } of await readTopicToEnd(topic)) {
    const before = values.get(headers.event_id!)
    if (before !== undefined) {
      expect(value).toBe(before)
      continue
    }
    values.set(headers.event_id!, value!)
    const { n } = JSON.parse(value!) as { n: number }
    expect(n).toBeGreaterThan(last.get(key!) ?? 0)
    last.set(key!, n)
  }
  expect(values.size).toBe(written)
}

it('loses nothing and keeps the order while one of three relays is killed every 3 s', async () => {
  await Promise.all([relay(), relay(), relay()])
  const writing = writeFor(SECONDS)
  let over = false
  void writing.finally(() => (over = true))
  while (!over) {
    await delay(3000)
    const [oldest] = running
    running.delete(oldest!)
    await oldest!.stop('SIGKILL')
    await relay()
  }
  await expectAllInOrder(await writing)
}, 240_000)

it('loses nothing and keeps the order while a relay is frozen for 20 s and thawed', async () => {
  const [frozen] = await Promise.all([relay(), relay(), relay()])
  const writing = writeFor(Math.min(SECONDS, 30))
  await delay(3000)
  frozen.child.kill('SIGSTOP')
  await delay(20_000)
  frozen.child.kill('SIGCONT')
  await expectAllInOrder(await writing)
}, 240_000)

it('loses nothing and keeps the order while lanes move from one relay to three and back', async () => {
  const first = await relay()
  const writing = writeFor(Math.min(SECONDS, 30))
  await delay(3000)
  const others = await Promise.all([relay(), relay()])
  await delay(12_000)
  expect(await Promise.all(others.map((other) => other.stop()))).toEqual([0, 0])
  await delay(3000)
  expect(first.child.exitCode).toBeNull()
  await expectAllInOrder(await writing)
}, 240_000)
