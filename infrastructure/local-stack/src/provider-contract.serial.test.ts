/** The contract of StackProvider, which each provider passes that this machine can run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { openProvider, type Environment } from './choose-provider'
import { PROVIDER_NAMES, type ProviderName, type StackProvider } from './provider'
import { tailOf } from './processes/owned-process'
import { quietKafka } from './readiness/kafka-ready'
import { withClient } from './readiness/postgres-ready'
import { createTopic } from './readiness/topic-ready'
import { RunFolder } from './runs/run-folder'
import { waitUntil } from './wait-until'

const environment: Environment = {
  DATABASE_URL: process.env.TEST_DATABASE_URL,
  KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS,
}

const TOPIC = `contract-${process.pid}`

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> =>
  withClient(url, async (client: Client) => (await client.query<Record<string, unknown>>(sql)).rows)

const produce = async (brokers: string): Promise<string | undefined> => {
  const producer = quietKafka(brokers, 1_000).producer()
  try {
    await producer.connect()
    const [receipt] = await producer.send({ topic: TOPIC, messages: [{ value: 'x' }], timeout: 900 })
    return receipt?.baseOffset
  } finally {
    await producer.disconnect()
  }
}

const makeTopic = async (brokers: string): Promise<void> => {
  const admin = quietKafka(brokers).admin()
  await admin.connect()
  await createTopic(admin, { topic: TOPIC, numPartitions: 1 })
  await admin.disconnect()
}

const deleteTopic = async (brokers: string): Promise<void> => {
  const admin = quietKafka(brokers).admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [TOPIC] })
  await admin.disconnect()
}

/** Found by the test runner, because a test's name must be known before anything can be awaited. */
const runnable = (process.env.TEST_STACK_PROVIDERS ?? '').split(',')
const suiteFor = (name: ProviderName): jest.Describe => (runnable.includes(name) ? describe : describe.skip)

const openIn = async (
  name: ProviderName,
): Promise<{ provider: StackProvider; leave: () => Promise<void> }> => {
  const root = mkdtempSync(join(tmpdir(), 'infinite scribe '))
  const run = await RunFolder.open(join(root, 'runs'), 'contract')
  const provider = await openProvider(name, run, environment)
  return {
    provider,
    leave: async () => {
      await provider.close()
      run.release()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

for (const name of PROVIDER_NAMES.filter((candidate) => candidate !== 'external')) {
  suiteFor(name)(`The ${name} provider`, () => {
    let provider: StackProvider
    let leave: () => Promise<void>
    let before: { postgres: string; kafka: string }

    beforeAll(async () => {
      ;({ provider, leave } = await openIn(name))
      await provider.start()
      before = { postgres: provider.postgres.adminUrl, kafka: provider.kafka.brokers }
      await query(provider.postgres.adminUrl, 'CREATE TABLE kept AS SELECT 1 AS answer')
      await makeTopic(provider.kafka.brokers)
    }, 180_000)

    afterAll(() => leave(), 60_000)

    const answers = async (): Promise<void> => {
      expect(await query(provider.postgres.adminUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 1 }])
      expect(await produce(provider.kafka.brokers)).toBeDefined()
    }

    it('answers queries and acknowledges records', async () => {
      await answers()
      expect([provider.postgres.state, provider.kafka.state]).toEqual(['running', 'running'])
    })

    it('is PostgreSQL 16 with fsync, and Kafka without topics that create themselves', async () => {
      const [version] = await query(provider.postgres.adminUrl, 'SHOW server_version')
      const [fsync] = await query(provider.postgres.adminUrl, 'SHOW fsync')
      const [isolation] = await query(provider.postgres.adminUrl, 'SHOW default_transaction_isolation')
      expect(version?.server_version).toMatch(/^16\./)
      expect(fsync?.fsync).toBe('on')
      expect(isolation?.default_transaction_isolation).toBe('read committed')
      const producer = quietKafka(provider.kafka.brokers).producer()
      await producer.connect()
      const unknown = producer.send({ topic: 'nobody-made-this', messages: [{ value: 'x' }] })
      await expect(unknown).rejects.toThrow()
      await producer.disconnect()
    })

    it.each(['stop', 'kill'] as const)(
      'keeps data and ports over %s and start',
      async (verb) => {
        for (const part of [provider.postgres, provider.kafka]) {
          await part[verb]()
          expect(part.state).toBe('stopped')
          expect(part.pid).toBeUndefined()
        }
        await expect(query(before.postgres, 'SELECT 1')).rejects.toThrow()
        await provider.start()
        expect({ postgres: provider.postgres.adminUrl, kafka: provider.kafka.brokers }).toEqual(before)
        await answers()
      },
      120_000,
    )

    it('answers nobody while frozen, and goes on when thawed', async () => {
      const client = new Client({ connectionString: before.postgres })
      client.on('error', () => undefined) // the query says it too
      await client.connect()
      await provider.postgres.freeze()
      await provider.kafka.freeze()
      expect([provider.postgres.state, provider.kafka.state]).toEqual(['frozen', 'frozen'])
      let answered = false
      const pending = client.query('SELECT 1').then(() => {
        answered = true
      })
      await expect(produce(before.kafka)).rejects.toThrow()
      expect(answered).toBe(false)
      await provider.postgres.thaw()
      await provider.kafka.thaw()
      await pending.catch((error: unknown) => {
        throw new Error(`the query did not survive:\n${tailOf(provider.postgres.logFile ?? '', 20)}`, {
          cause: error,
        })
      })
      await client.end()
      // A broker that missed its heartbeats leads its partitions again when it has registered anew.
      await waitUntil('an answer after the thaw', async () => answers().then(() => true), {
        timeoutMs: 30_000,
        intervalMs: 100,
      })
    }, 60_000)

    it('stops what is frozen, and refuses to start it before', async () => {
      await provider.postgres.freeze()
      await expect(provider.postgres.start()).rejects.toThrow('thaw')
      await provider.postgres.stop()
      await expect(provider.postgres.freeze()).rejects.toThrow('does not run')
      await provider.postgres.start()
      await answers()
    }, 60_000)

    it('says where its log is', () => {
      expect(provider.postgres.logFile).toMatch(/postgres\.log$/)
      expect(provider.kafka.logFile).toMatch(/kafka\.log$/)
    })
  })
}

suiteFor('external')('The external provider', () => {
  let provider: StackProvider
  let leave: () => Promise<void>

  beforeAll(async () => {
    ;({ provider, leave } = await openIn('external'))
    await provider.start()
  }, 60_000)

  afterAll(() => leave())

  it('answers queries and acknowledges records', async () => {
    expect(await query(provider.postgres.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
    await makeTopic(provider.kafka.brokers)
    expect(await produce(provider.kafka.brokers)).toBe('0')
    await deleteTopic(provider.kafka.brokers)
  })

  it.each(['stop', 'kill', 'freeze', 'thaw'] as const)('refuses to %s what it does not run', async (verb) => {
    for (const part of [provider.postgres, provider.kafka]) {
      await expect(part[verb]()).rejects.toThrow('external')
      expect(part.pid).toBeUndefined()
    }
  })
})
