/** A command over HTTP becomes a message on Kafka: both services as processes, as a deployment runs them. */
import { Client } from 'pg'
import {
  ApiUser,
  eventually,
  readTopicToEnd,
  startSystem,
  type RunningSystem,
} from '@infinite-scribe/testing'

interface Envelope {
  event_id: string
  event_type: string
  causation_id: string | null
  correlation_id: string
  aggregate_id: string
  aggregate_version: number
  metadata: { task_id?: string }
}

let system: RunningSystem
let sql: Client

beforeAll(async () => {
  // A publish that outlasts its deadline is repeated, and the records are counted.
  system = await startSystem({ gateways: 2, relay: { RELAY_LEASE: '30', RELAY_PUBLISH_TIMEOUT: '10' } })
  sql = new Client({ connectionString: system.database.url })
  await sql.connect()
})

afterAll(async () => {
  await sql.end()
  await system.close()
})

const gatewayUrl = (index = 0) => system.gateways[index]!.url

async function settled(sessionId: string): Promise<void> {
  await eventually(async () => {
    const { rows } = await sql.query('SELECT FROM event_outbox WHERE key = $1 AND status <> $2', [
      sessionId,
      'SENT',
    ])
    return rows.length === 0
  }, 30_000)
}

async function recordsOf(sessionId: string) {
  await settled(sessionId)
  return (await readTopicToEnd(system.topic)).filter((record) => record.key === sessionId)
}

const parse = (value: string | null) => JSON.parse(value!) as Envelope

test('every event of a session reaches Kafka once, in order, byte for byte as the outbox holds it', async () => {
  const user = new ApiUser(gatewayUrl(), 'reader')
  const agent = new ApiUser(gatewayUrl(), 'agent', { scope: 'tasks:read tasks:write' })
  const session = await user.openSession()

  const asked = await user.command(session, 'RequestConceptGeneration', { theme_preferences: ['科幻'] })
  expect(asked.status).toBe(202)
  expect(asked.headers.get('location')).toBe(`/tasks/${asked.body.task_id as string}`)

  const twin = await user.command(session, 'RequestConceptGeneration')
  expect([twin.status, twin.body]).toEqual([
    409,
    {
      error_code: 'DUPLICATE_COMMAND',
      message: 'Command already processing',
      duplicate_command_id: asked.body.command_id,
    },
  ])

  expect((await user.command(session, 'SubmitFeedback', { feedback: 'darker', rating: 4 })).status).toBe(200)
  const done = await agent.post(`/tasks/${asked.body.task_id as string}/complete`, {
    result: { concepts: ['one'] },
  })
  expect([done.status, done.body.status]).toEqual([200, 'COMPLETED'])
  for (let stage = 0; stage < 5; stage++)
    expect((await user.command(session, 'ConfirmStage')).status).toBe(200)

  const records = await recordsOf(session)
  const outbox = await sql.query<{ id: string; payload: string }>(
    'SELECT id, payload::text FROM event_outbox WHERE key = $1 ORDER BY seq',
    [session],
  )
  expect(records.map(({ value }) => value)).toEqual(outbox.rows.map(({ payload }) => payload))
  const envelopes = records.map(({ value }) => parse(value))
  expect(envelopes.map(({ event_type }) => event_type.replace('Genesis.Session.', ''))).toEqual([
    'Created',
    'ConceptGenerationRequested',
    'FeedbackSubmitted',
    'ConceptProposed',
    ...Array<string>(5).fill('StageConfirmed'),
    'Finished',
  ])
  expect(envelopes.map(({ aggregate_version }) => aggregate_version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(envelopes.map(({ causation_id }) => causation_id)).toEqual([
    null,
    ...envelopes.slice(0, -1).map(({ event_id }) => event_id),
  ])
  expect(envelopes[1]!.correlation_id).toBe(asked.body.command_id)
  expect(envelopes[3]!.correlation_id).toBe(asked.body.command_id)
  expect(envelopes[3]!.metadata.task_id).toBe(asked.body.task_id)
  expect(records.map(({ headers }) => headers)).toEqual(
    envelopes.map(({ event_id, event_type }) => ({ event_id, event_type })),
  )

  const facts = await sql.query<{ event_id: string }>(
    'SELECT event_id FROM domain_events WHERE aggregate_id = $1 ORDER BY aggregate_version',
    [session],
  )
  expect(facts.rows.map(({ event_id }) => event_id)).toEqual(envelopes.map(({ event_id }) => event_id))
})

test('sixty twins at once: one 202, fifty-nine 409 that name it', async () => {
  const user = new ApiUser(gatewayUrl(), 'impatient')
  const session = await user.openSession()
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      new ApiUser(gatewayUrl(n % 2), 'impatient').command(session, 'RequestConceptGeneration'),
    ),
  )
  const accepted = answers.filter(({ status }) => status === 202)
  expect(accepted).toHaveLength(1)
  const refused = answers.filter(({ status }) => status === 409)
  expect(refused).toHaveLength(59)
  expect(new Set(refused.map(({ body }) => body.duplicate_command_id))).toEqual(
    new Set([accepted[0]!.body.command_id]),
  )
})

test.each([
  ['one gateway, all at once', 1, 200],
  ['two gateways, fifty at once', 2, 50],
])(
  'two hundred commands on one session through %s: all 200, one unbranched chain',
  async (_, gateways, atOnce) => {
    const sub = `eager-${gateways}`
    const users = Array.from({ length: gateways }, (_, n) => new ApiUser(gatewayUrl(n), sub))
    const session = await users[0]!.openSession()
    let sent = 0
    const statuses: number[] = []
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (sent < 200) {
          const user = users[sent++ % gateways]!
          statuses.push((await user.command(session, 'SubmitFeedback', { rating: 5 })).status)
        }
      }),
    )
    expect(statuses).toEqual(Array<number>(200).fill(200))

    const { rows } = await sql.query<{
      event_id: string
      causation_id: string | null
      aggregate_version: number
    }>(
      'SELECT event_id, causation_id, aggregate_version FROM domain_events WHERE aggregate_id = $1 ORDER BY aggregate_version',
      [session],
    )
    expect(rows.map(({ aggregate_version }) => aggregate_version)).toEqual(
      Array.from({ length: 201 }, (_, n) => n + 1),
    )
    expect(rows.slice(1).map(({ causation_id }) => causation_id)).toEqual(
      rows.slice(0, -1).map(({ event_id }) => event_id),
    )

    const versions = (await recordsOf(session)).map(({ value }) => parse(value).aggregate_version)
    expect(versions).toEqual(Array.from({ length: 201 }, (_, n) => n + 1))
  },
)
