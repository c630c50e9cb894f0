/** Outages of the real servers under load: commands go on, everything arrives in order by itself, the log stays short. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  migrate,
  openProvider,
  RunFolder,
  type ProviderName,
  type StackProvider,
} from '@infinite-scribe/local-stack'
import {
  ApiUser,
  createTopic,
  eventually,
  freePort,
  readTopicToEnd,
  startService,
  TEST_JWT_ENVIRONMENT,
  type ServiceProcess,
} from '@infinite-scribe/testing'
import { Kafka, logLevel } from 'kafkajs'
import { Pool } from 'pg'

const TOPIC = 'outages'
const SESSIONS = 5
const A_CYCLE_MS = 5000
/** Of the runner's list: those whose servers a test may stop. */
const OWN = (process.env.TEST_STACK_PROVIDERS ?? '').split(',').filter((name) => name !== 'external')

let root: string
let run: RunFolder
let provider: StackProvider
let pool: Pool
let kafka: Kafka
let gatewayUrl: string
let relay: ServiceProcess | undefined
/** What was begun, the last first: a start that fails leaves nothing behind. */
const closing: (() => unknown)[] = []

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'outages '))
  closing.unshift(() => rmSync(root, { recursive: true, force: true }))
  run = await RunFolder.open(join(root, 'runs'), 'outages')
  closing.unshift(() => run.release())
  provider = await openProvider(OWN[0] as ProviderName, run, {})
  closing.unshift(() => provider.close())
  await provider.start()
  await migrate(provider.postgres.databaseUrl(), { createDatabase: true })
  pool = new Pool({ connectionString: provider.postgres.databaseUrl(), max: 3 })
  pool.on('error', () => undefined)
  closing.unshift(() => pool.end())
  kafka = new Kafka({ brokers: provider.kafka.brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await createTopic(admin, { topic: TOPIC, numPartitions: 6 })
  await admin.disconnect()
  gatewayUrl = `http://127.0.0.1:${await freePort()}`
  const gateway = await startService(
    'api-gateway',
    {
      ...TEST_JWT_ENVIRONMENT,
      PORT: new URL(gatewayUrl).port,
      GATEWAY_ADMIN_PORT: String(await freePort()),
      DATABASE_URL: provider.postgres.databaseUrl(),
      EVENTS_TOPIC: TOPIC,
      RATE_LIMIT_COMMANDS_PER_SECOND: '0',
      LOG_LEVEL: 'warn',
    },
    `${gatewayUrl}/health/ready`,
  )
  closing.unshift(() => gateway.stop('SIGKILL'))
}, 180_000)

afterEach(async () => {
  await relay?.stop('SIGKILL')
  relay = undefined
})

afterAll(async () => {
  for (const close of closing) await close()
}, 60_000)

async function startRelay({ ready = true } = {}): Promise<ServiceProcess> {
  const port = await freePort()
  return (relay = await startService(
    'message-relay',
    {
      SERVICE_TYPE: 'message-relay',
      RELAY_HTTP_PORT: String(port),
      DATABASE_URL: provider.postgres.databaseUrl(),
      KAFKA_BROKERS: provider.kafka.brokers,
      EVENTS_TOPIC: TOPIC,
      LOG_LEVEL: 'warn',
    },
    ready ? `http://127.0.0.1:${port}/health/ready` : undefined,
  ))
}

/** Commands of some sessions, one after the other in each, until told to stop: the answers' statuses. */
function load(): { stop: () => Promise<number[]> } {
  const user = new ApiUser(gatewayUrl, 'steady')
  const statuses: number[] = []
  let over = false
  const session = async (): Promise<void> => {
    const id = await user.openSession()
    while (!over) {
      statuses.push((await user.command(id, 'SubmitFeedback', { rating: 3 })).status)
      await delay(100)
    }
  }
  const sessions = Promise.all(Array.from({ length: SESSIONS }, session))
  return {
    stop: async () => {
      over = true
      await sessions
      return statuses
    },
  }
}

async function count(status: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM event_outbox WHERE status = $1',
    [status],
  )
  return rows[0]!.count
}

/** Everything is SENT, and on the topic in the order of each session, byte for byte the same where repeated. */
async function expectAllThere(): Promise<void> {
  await eventually(
    async () => (await count('SENT')) > 0 && (await count('PENDING')) + (await count('FAILED')) === 0,
    60_000,
    200,
  )
  const values = new Map<string, string>()
  const versions = new Map<string, number>()
  for (const { key, value, headers } of await readTopicToEnd(TOPIC, kafka)) {
    const before = values.get(headers.event_id!)
    if (before !== undefined) {
      expect(value).toBe(before)
      continue
    }
    values.set(headers.event_id!, value!)
    const { aggregate_version: version } = JSON.parse(value!) as { aggregate_version: number }
    expect(version).toBe((versions.get(key!) ?? 0) + 1)
    versions.set(key!, version)
  }
  expect(values.size).toBe(await count('SENT'))
}

/** Lines that the relay wrote while `outage` went on: some at its beginning and end, else one a cycle at most. */
async function expectFewLines(outage: () => Promise<void>): Promise<void> {
  const lines = () => relay!.output().split('\n').length
  const [before, began] = [lines(), Date.now()]
  await outage()
  expect(lines() - before).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / A_CYCLE_MS) + 3)
}

it('goes on by itself after the broker was frozen for 20 s', async () => {
  await startRelay()
  const commands = load()
  await delay(2000)
  await expectFewLines(async () => {
    await provider.kafka.freeze()
    await delay(20_000)
    await provider.kafka.thaw()
  })
  await delay(2000)
  expect(new Set(await commands.stop())).toEqual(new Set([200]))
  await expectAllThere()
}, 180_000)

it('goes on by itself after the broker was killed and away for 60 s', async () => {
  await startRelay()
  const commands = load()
  await delay(2000)
  await expectFewLines(async () => {
    await provider.kafka.kill()
    await delay(60_000)
    await provider.kafka.start()
  })
  await delay(2000)
  expect(new Set(await commands.stop())).toEqual(new Set([200]))
  await expectAllThere()
}, 240_000)

it('begins when the broker starts after it', async () => {
  await provider.kafka.stop()
  await startRelay({ ready: false })
  const commands = load()
  await delay(8000)
  await provider.kafka.start()
  expect(new Set(await commands.stop())).toEqual(new Set([200]))
  await expectAllThere()
}, 180_000)

it('settles by itself what it could not settle when PostgreSQL was killed in the middle of it', async () => {
  await startRelay()
  const commands = load()
  await delay(2000)
  await commands.stop()
  await expectAllThere()
  const user = new ApiUser(gatewayUrl, 'steady')
  const id = await user.openSession()
  await eventually(async () => (await count('PENDING')) === 0)
  const lock = await pool.connect()
  lock.on('error', () => undefined)
  await lock.query('BEGIN')
  // Whoever settles locks its lanes first, and waits here; claims read on.
  await lock.query('SELECT FROM outbox_lanes FOR UPDATE')
  expect((await user.command(id, 'SubmitFeedback', { rating: 5 })).status).toBe(200)
  await eventually(async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%SENT%' AND query LIKE '%settled%'`,
    )
    return (rowCount ?? 0) > 0
  }, 20_000)
  await provider.postgres.kill()
  lock.release(true)
  await provider.postgres.start()
  await expectAllThere()
}, 180_000)
