/** TLS to PostgreSQL and Kafka, and SASL: what is trusted is used, and what is not is refused in plain words. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import { migrate } from '@infinite-scribe/local-stack'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { eventually } from '../eventually'
import { readTopicToEnd } from '../kafka'
import { repositoryRoot } from '../repository-root'
import { ApiUser } from '../running-system'
import { freePort, startService, type ServiceProcess } from '../service-process'
import { TEST_JWT_ENVIRONMENT } from '../tokens'
import { SASL_PASSWORD, SASL_USER, startSecureServers, type SecureServers } from './secure-servers'

const runsHere = (process.env.TEST_STACK_PROVIDERS ?? '').split(',').includes('native')
const describeNative = runsHere ? describe : describe.skip

const PASSWORD = 'a-password-for-the-database'
const TOPIC = 'domain-events'
const NOT_SIGNED_BY_A_TRUSTED_ONE = /self-signed certificate|unable to verify|unable to get/
const FOR_ANOTHER_HOST = /does not match certificate's altnames/

type Settings = Record<string, string>

describeNative('The native provider with TLS', () => {
  let servers: SecureServers
  let owner: Client
  const closing: (() => Promise<void>)[] = []
  const running: ServiceProcess[] = []

  beforeAll(async () => {
    servers = await startSecureServers()
    closing.unshift(() => servers.close())
    const url = servers.provider.postgres.databaseUrl()
    await migrate(url, { createDatabase: true })
    owner = new Client({ connectionString: url })
    await owner.connect()
    closing.unshift(() => owner.end())
    await owner.query(`CREATE ROLE gateway LOGIN PASSWORD '${PASSWORD}' IN ROLE genesis_gateway`)
    await owner.query(`CREATE ROLE relay LOGIN PASSWORD '${PASSWORD}' IN ROLE genesis_relay`)
    await command('topics', ['--create'], { KAFKA_BROKERS: servers.provider.kafka.brokers })
  }, 180_000)

  afterEach(async () => {
    // In order: who is killed keeps its lanes from the next one for the time of a lease.
    await Promise.all(running.splice(0).map((service) => service.stop()))
  })

  afterAll(async () => {
    for (const close of closing) await close()
  })

  /** A service's connection string; trusts the authority unless another is given. */
  const databaseUrl = (login: string, authority = servers.trusted): string => {
    const url = new URL(servers.provider.postgres.databaseUrl())
    url.username = login
    url.password = PASSWORD
    url.hostname = 'localhost'
    url.search = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: authority }).toString()
    return url.href
  }

  /** Starts a service; it need not become ready. */
  const start = async (app: 'api-gateway' | 'message-relay', settings: Settings) => {
    const [port, adminPort] = await Promise.all([freePort(), freePort()])
    const service = await startService(app, {
      SERVICE_TYPE: app,
      PORT: String(port),
      GATEWAY_ADMIN_PORT: String(adminPort),
      RELAY_HTTP_PORT: String(port),
      RELAY_POLL_INTERVAL: '0.2',
      RELAY_SHUTDOWN_TIMEOUT: '2',
      SHUTDOWN_TIMEOUT: '2',
      ...settings,
    })
    running.push(service)
    const url = `http://127.0.0.1:${port}`
    const readiness = () => fetch(`${url}/health/ready`).then(({ status }) => status)
    return { service, url, readiness }
  }
  const gateway = (settings: Settings = {}) =>
    start('api-gateway', { ...TEST_JWT_ENVIRONMENT, DATABASE_URL: databaseUrl('gateway'), ...settings })
  const relay = (settings: Settings = {}) =>
    start('message-relay', {
      DATABASE_URL: databaseUrl('relay'),
      KAFKA_BROKERS: servers.brokers.tls,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: servers.trusted,
      ...settings,
    })

  /** Runs an operator's command; what it prints, or how it fails. */
  const command = async (verb: string, args: string[], settings: Settings) => {
    const main = path.join(repositoryRoot, 'apps/message-relay/dist/operator/main.js')
    const environment = {
      DATABASE_URL: databaseUrl('relay'),
      KAFKA_BROKERS: servers.brokers.tls,
      ...settings,
    }
    return await promisify(execFile)(process.execPath, [main, verb, ...args], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      timeout: 30_000,
    })
  }

  /** Inserts an outbox row and waits until it is on the topic. */
  const relayed = async () => {
    const id = randomUUID()
    await owner.query(`INSERT INTO event_outbox (id, topic, key, payload) VALUES ($1, $2, $3, $4)`, [
      id,
      TOPIC,
      id,
      { event_id: id },
    ])
    await eventually(
      async () =>
        (await owner.query(`SELECT FROM event_outbox WHERE id = $1 AND status = 'SENT'`, [id])).rowCount,
      30_000,
    )
    const kafka = new Kafka({
      brokers: [servers.provider.kafka.brokers],
      logLevel: logLevel.NOTHING,
    })
    expect((await readTopicToEnd(TOPIC, kafka)).map(({ key }) => key)).toContain(id)
  }

  /** Never ready, and its log says why, without the password. */
  const refused = async (
    { service, readiness }: Awaited<ReturnType<typeof start>>,
    reason: RegExp,
  ): Promise<void> => {
    await eventually(() => reason.test(service.output()), 30_000)
    expect(await readiness()).toBe(503)
    expect(service.output()).not.toContain(PASSWORD)
    expect(service.output()).not.toContain(SASL_PASSWORD)
  }

  describe('PostgreSQL', () => {
    it('is spoken to by both services over TLS alone, on every connection', async () => {
      const [served, relaying] = await Promise.all([gateway(), relay()])
      await eventually(async () => (await served.readiness()) === 200, 30_000)
      await eventually(async () => (await relaying.readiness()) === 200, 30_000)
      await new ApiUser(served.url, 'ada').openSession()
      const { rows } = await owner.query<{ service: string; in_clear: number; encrypted: number }>(
        `SELECT a.application_name AS service, count(*) FILTER (WHERE NOT s.ssl)::int AS in_clear,
                count(*) FILTER (WHERE s.ssl)::int AS encrypted
           FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
          WHERE a.usename IN ('gateway', 'relay') GROUP BY 1 ORDER BY 1`,
      )
      expect(rows.map(({ in_clear }) => in_clear)).toEqual(rows.map(() => 0))
      expect(rows.map(({ service }) => service)).toEqual(
        expect.arrayContaining(['api-gateway', 'message-relay']),
      )
      await relayed()
      expect(JSON.parse((await command('status', ['--json'], {})).stdout)).toHaveProperty('relays')
    })

    it('is refused by both services and the operators when another authority signed its certificate', async () => {
      const [served, relaying] = await Promise.all([
        gateway({ DATABASE_URL: databaseUrl('gateway', servers.stranger) }),
        relay({ DATABASE_URL: databaseUrl('relay', servers.stranger) }),
      ])
      await eventually(async () => (await served.readiness()) === 503)
      const answer = await new ApiUser(served.url, 'ada').post('/genesis/sessions')
      expect(answer).toMatchObject({ status: 503, body: { error_code: 'SERVICE_UNAVAILABLE' } })
      await refused(served, NOT_SIGNED_BY_A_TRUSTED_ONE)
      await refused(relaying, NOT_SIGNED_BY_A_TRUSTED_ONE)
      await expect(
        command('status', [], { DATABASE_URL: databaseUrl('relay', servers.stranger) }),
      ).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(NOT_SIGNED_BY_A_TRUSTED_ONE) as string,
      })
    })

    it('is refused when its certificate is for another host', async () => {
      await servers.showCertificateFor('db.example')
      try {
        const [served, relaying] = await Promise.all([gateway(), relay()])
        await eventually(async () => (await served.readiness()) === 503)
        await new ApiUser(served.url, 'ada').post('/genesis/sessions')
        await refused(served, FOR_ANOTHER_HOST)
        await refused(relaying, FOR_ANOTHER_HOST)
        await expect(command('status', [], {})).rejects.toMatchObject({
          code: 2,
          stderr: expect.stringMatching(FOR_ANOTHER_HOST) as string,
        })
      } finally {
        await servers.showCertificateFor('localhost')
      }
    })
  })

  describe('Kafka', () => {
    const sasl = (mechanism: string, password = SASL_PASSWORD): Settings => ({
      KAFKA_BROKERS: servers.brokers.sasl,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: servers.trusted,
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: SASL_USER,
      KAFKA_SASL_PASSWORD: password,
    })

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
      'takes events over TLS from a relay that logs in by %s',
      async (mechanism) => {
        await relay(sasl(mechanism))
        await relayed()
      },
    )

    it.each(['plain', 'scram-sha-256'])('is no use with a wrong password for %s', async (mechanism) => {
      await refused(await relay(sasl(mechanism, 'wrong')), /[Aa]uthentication failed/)
      await expect(command('topics', ['--create'], sasl(mechanism, 'wrong'))).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/[Aa]uthentication failed/) as string,
      })
    })

    it('is refused when another authority signed its certificate', async () => {
      const wrong = { KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: servers.stranger }
      await refused(await relay(wrong), NOT_SIGNED_BY_A_TRUSTED_ONE)
      await expect(command('topics', ['--create'], wrong)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(NOT_SIGNED_BY_A_TRUSTED_ONE) as string,
      })
    })

    it('is refused when only the authorities that Node knows are trusted', async () => {
      await expect(command('topics', ['--create'], { KAFKA_SSL: 'true' })).rejects.toMatchObject({
        stderr: expect.stringMatching(NOT_SIGNED_BY_A_TRUSTED_ONE) as string,
      })
    })

    it('is refused when its certificate is for another host', async () => {
      const misnamed = { KAFKA_BROKERS: servers.brokers.misnamed }
      await refused(await relay(misnamed), FOR_ANOTHER_HOST)
      const trusting = { ...misnamed, KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: servers.trusted }
      await expect(command('topics', ['--create'], trusting)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringMatching(FOR_ANOTHER_HOST) as string,
      })
    })
  })
})
