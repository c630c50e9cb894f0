/** Brings up compose.yaml, uses it as a user and an operator would, and stops it in the middle of work. */
import { Client } from 'pg'
import { eventually } from '../eventually'
import { readTopicToEnd } from '../kafka'
import { ApiUser } from '../running-system'
import { COMPOSE_SERVICES, composeUp, type ComposeSystem } from './compose-system'
import { composeAnswers, docker, inspect } from './docker-engine'

const TOPIC = 'domain-events'
/** Two cores may be busy with other things; what is waited for takes seconds. */
const PATIENCE_MS = 120_000
const SERVICES = ['message-relay', 'api-gateway'] as const

interface Envelope {
  event_id: string
  correlation_id: string
}

jest.setTimeout(300_000)
const describeWithCompose = composeAnswers ? describe : describe.skip

describeWithCompose('The compose file', () => {
  let system: ComposeSystem
  let sql: Client
  const cleanUps: (() => Promise<void>)[] = []

  beforeAll(async () => {
    system = await composeUp({ RATE_LIMIT_COMMANDS_PER_SECOND: '0' })
    cleanUps.unshift(() => system.down())
    sql = new Client({ connectionString: system.databaseUrl })
    try {
      for (const service of COMPOSE_SERVICES) {
        const id = await system.container(service)
        await eventually(
          async () => (await inspect(id, '.State.Health.Status')) === 'healthy',
          PATIENCE_MS,
          250,
        )
      }
      await sql.connect()
      cleanUps.unshift(() => sql.end())
    } catch (error) {
      throw new Error(`not healthy; the containers said:\n${await system.logs()}`, { cause: error })
    }
  }, 960_000)

  afterAll(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  }, 120_000)

  /** The envelopes of every record of the topic. */
  const published = async () =>
    (await readTopicToEnd(TOPIC, system.kafka)).map(({ value }) => JSON.parse(value!) as Envelope)

  const count = async (query: string) => Number((await sql.query<{ n: string }>(query)).rows[0]!.n)

  const everythingSent = () =>
    eventually(
      async () => (await count(`SELECT count(*) AS n FROM event_outbox WHERE status <> 'SENT'`)) === 0,
      PATIENCE_MS,
    )

  it('brings up four healthy containers after the one that made the topics has ended well', async () => {
    const topics = await system.container('topics')
    expect(await inspect(topics, '.State')).toMatchObject({ Status: 'exited', ExitCode: 0 })
    const made = new Date(await inspect<string>(topics, '.State.FinishedAt'))
    const relayStarted = new Date(
      await inspect<string>(await system.container('message-relay'), '.State.StartedAt'),
    )
    expect(relayStarted.getTime()).toBeGreaterThanOrEqual(made.getTime())

    const admin = system.kafka.admin()
    await admin.connect()
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [TOPIC, `${TOPIC}.dlq`] })
    await admin.disconnect()
    expect(found.find(({ name }) => name === TOPIC)?.partitions).toHaveLength(6)
  })

  it.each(SERVICES)(
    'runs %s without root, capabilities or a root file system to write to',
    async (service) => {
      const id = await system.container(service)
      expect(await inspect(id, '.HostConfig')).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: [expect.stringMatching(/^no-new-privileges/)],
      })
      expect(await inspect(id, '.Config.StopTimeout')).toBe(35)
      expect(await docker(['exec', id, 'id', '-u'])).toBe('1000')
    },
  )

  it('gives each service a login of its own with the least privileges', async () => {
    const { rows } = await sql.query(
      `SELECT DISTINCT a.application_name AS service, a.usename AS login, g.rolname AS member_of, r.rolsuper AS super
         FROM pg_stat_activity a
         JOIN pg_roles r ON r.rolname = a.usename
         JOIN pg_auth_members m ON m.member = r.oid
         JOIN pg_roles g ON g.oid = m.roleid
        WHERE a.datname = 'infinite_scribe' AND a.application_name IN ('api-gateway', 'message-relay')
        ORDER BY 1`,
    )
    expect(rows).toEqual([
      { service: 'api-gateway', login: 'api_gateway', member_of: 'genesis_gateway', super: false },
      { service: 'message-relay', login: 'message_relay', member_of: 'genesis_relay', super: false },
    ])
  })

  it('takes a command on the published port to a consumer on the published broker', async () => {
    const user = new ApiUser(system.gatewayUrl, 'reader')
    const session = await user.openSession()
    const asked = await user.command(session, 'RequestConceptGeneration', { theme_preferences: ['科幻'] })
    expect(asked.status).toBe(202)
    await everythingSent()
    expect((await published()).map(({ correlation_id }) => correlation_id)).toContain(asked.body.command_id)
  })

  it('ends the relay with exit code 0 in the middle of its work, and what it left goes out once', async () => {
    const user = new ApiUser(system.gatewayUrl, 'busy')
    const sessions = await Promise.all(Array.from({ length: 10 }, () => user.openSession()))
    const relay = await system.container('message-relay')
    const before = (await published()).length
    const answered: string[] = []
    let stopped = false
    const load = Promise.all(
      sessions.map(async (session) => {
        while (!stopped) {
          const { status, body } = await user.command(session, 'SubmitFeedback', { rating: 5 })
          // On a busy machine the gateway may refuse one, which leaves nothing behind.
          if (status === 200) answered.push(body.command_id as string)
        }
      }),
    )
    await eventually(() => answered.length > 100, PATIENCE_MS)
    await docker(['stop', relay])
    stopped = true
    await load
    expect(await inspect(relay, '.State.ExitCode')).toBe(0)
    expect((await published()).length).toBeGreaterThan(before)
    // The gateway went on without it.
    expect(await count(`SELECT count(*) AS n FROM event_outbox WHERE status = 'PENDING'`)).toBeGreaterThan(0)

    await docker(['start', relay])
    await everythingSent()
    const records = await published()
    expect(records.map(({ correlation_id }) => correlation_id)).toEqual(expect.arrayContaining(answered))
    expect(new Set(records.map(({ event_id }) => event_id)).size).toBe(records.length)
    expect(records).toHaveLength(await count('SELECT count(*) AS n FROM domain_events'))
  })

  it('ends the gateway with exit code 0 after it has answered every command in flight', async () => {
    const user = new ApiUser(system.gatewayUrl, 'waiting')
    const session = await user.openSession()
    const gateway = await system.container('api-gateway')
    // The session's row is held, so that the commands are in their transactions when the signal comes.
    await sql.query('BEGIN')
    await sql.query('SELECT FROM genesis_sessions WHERE id = $1 FOR UPDATE', [session])
    const answers = Promise.all(
      Array.from({ length: 20 }, () => user.command(session, 'SubmitFeedback', { rating: 4 })),
    )
    const watcher = new Client({ connectionString: system.databaseUrl })
    await watcher.connect()
    try {
      const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'infinite_scribe'`
      await eventually(async () => (await watcher.query(waiting)).rowCount)
      const stopped = docker(['stop', gateway])
      await eventually(
        async () =>
          (await new ApiUser(system.gatewayUrl, 'late').get('/health/ready').catch(() => ({ status: 0 })))
            .status !== 200,
      )
      await sql.query('COMMIT')
      const commands = await answers
      await stopped
      expect(commands.map(({ status }) => status)).toEqual(Array<number>(20).fill(200))
      expect(await inspect(gateway, '.State.ExitCode')).toBe(0)
      await everythingSent()
      expect((await published()).map(({ correlation_id }) => correlation_id)).toEqual(
        expect.arrayContaining(commands.map(({ body }) => body.command_id)),
      )
    } finally {
      await watcher.end()
    }
  })
})
