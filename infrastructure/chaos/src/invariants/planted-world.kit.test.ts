/** A small world that holds every invariant, written by hand into real tables and a real topic, for violations to be planted in. */
import { randomUUID } from 'node:crypto'
import {
  createTestDatabase,
  createTestTopic,
  testBrokers,
  testKafka,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Partitioners } from 'kafkajs'
import { Client } from 'pg'
import { checkInvariants, type Verdict } from './check-invariants'
import type { Answer, Evidence } from './evidence'
import type { InvariantId, Violation } from './invariant'

export interface PlantedWorld {
  readonly client: Client
  readonly topic: string
  readonly sessionId: string
  /** Of the session: opened, generation requested, proposed, feedback. */
  readonly events: readonly string[]
  readonly commandId: string
  readonly taskId: string
  readonly answers: Answer[]
  /** Sends a record and answers where it is. */
  send(key: string, value: string): Promise<{ partition: number; offset: string }>
  /** What the invariant says, given what was seen beside tables and topic. */
  verdict(id: InvariantId, seen?: Partial<Evidence>): Promise<Verdict>
  close(): Promise<void>
}

/** The rows of all violations. */
export const rowsOf = ({ violations }: { violations: readonly Violation[] }) =>
  violations.flatMap(({ rows }) => rows)

/** A session with four events, all of them SENT and on the topic. */
export async function plantWorld(): Promise<PlantedWorld> {
  const [database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  const client = new Client({ connectionString: database.url })
  await client.connect()
  const producer = testKafka().producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  const send: PlantedWorld['send'] = async (key, value) => {
    const [receipt] = await producer.send({ topic, messages: [{ key, value }] })
    return { partition: receipt?.partition ?? -1, offset: receipt?.baseOffset ?? '-1' }
  }
  const world = { ...(await plantSession(client, topic, send)), client, topic, send }
  return {
    ...world,
    verdict: async (id, seen = {}) => {
      const verdicts = await checkInvariants({
        databaseUrl: database.url,
        brokers: testBrokers(),
        topic,
        answers: world.answers,
        settled: true,
        ...seen,
      })
      return verdicts.find((verdict) => verdict.id === id)!
    },
    close: () => closeAll(client, database, () => producer.disconnect()),
  }
}

async function closeAll(
  client: Client,
  database: TestDatabase,
  disconnect: () => Promise<void>,
): Promise<void> {
  await client.end()
  await disconnect()
  await database.drop()
}

async function plantSession(client: Client, topic: string, send: PlantedWorld['send']) {
  const [sessionId, commandId, taskId, feedbackId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const events = Array.from({ length: 4 }, () => randomUUID())
  const [opened, requested, proposed, noted] = events as [string, string, string, string]
  await client.query(
    `INSERT INTO genesis_sessions (id, user_id, version, last_event_id) VALUES ($1, 'author', 4, $2)`,
    [sessionId, noted],
  )
  await client.query(
    `INSERT INTO command_inbox (id, session_id, command_type, idempotency_key, status)
     VALUES ($1, $3, 'RequestConceptGeneration', 'first', 'COMPLETED'), ($2, $3, 'SubmitFeedback', 'second', 'COMPLETED')`,
    [commandId, feedbackId, sessionId],
  )
  await client.query(
    `INSERT INTO async_tasks (id, task_type, triggered_by_command_id, session_id, request_event_id, status)
     VALUES ($1, 'genesis.concept_generation', $2, $3, $4, 'COMPLETED')`,
    [taskId, commandId, sessionId, requested],
  )
  const task = { task_id: taskId }
  const facts = [
    { type: 'Genesis.Session.Created', id: opened, correlation: opened, request: 'r-open', more: {} },
    {
      type: 'Genesis.Session.ConceptGenerationRequested',
      id: requested,
      correlation: commandId,
      request: 'r-1',
      more: task,
    },
    {
      type: 'Genesis.Session.ConceptProposed',
      id: proposed,
      correlation: commandId,
      request: 'r-end',
      more: task,
    },
    {
      type: 'Genesis.Session.FeedbackSubmitted',
      id: noted,
      correlation: feedbackId,
      request: 'r-2',
      more: {},
    },
  ]
  for (const [at, { type, id, correlation, request, more }] of facts.entries()) {
    await plantEvent(client, topic, send, {
      event_id: id,
      correlation_id: correlation,
      causation_id: events[at - 1] ?? null,
      event_type: type,
      event_version: 1,
      aggregate_type: 'GENESIS_SESSION',
      aggregate_id: sessionId,
      aggregate_version: at + 1,
      payload: { session_id: sessionId },
      metadata: { user_id: 'author', request_id: request, ...more },
      created_at: '2026-01-01T10:00:00.000Z',
    })
  }
  const answered = { sessionId, sentAt: Date.now() }
  const answers: Answer[] = [
    { requestId: 'r-open', action: 'open', status: 201, ...answered },
    { requestId: 'r-1', action: 'command', status: 202, commandId, idempotencyKey: 'first', ...answered },
    { requestId: 'r-end', action: 'complete', status: 200, taskId, sentAt: Date.now() },
    {
      requestId: 'r-2',
      action: 'command',
      status: 200,
      commandId: feedbackId,
      idempotencyKey: 'second',
      ...answered,
    },
    {
      requestId: 'r-3',
      action: 'command',
      status: 409,
      errorCode: 'DUPLICATE_COMMAND',
      idempotencyKey: 'third',
      ...answered,
    },
  ]
  return { sessionId, commandId, taskId, events, answers }
}

export type PlantedEnvelope = Readonly<Record<string, unknown>> & { event_id: string; aggregate_id: string }

/** The fact, its outbox row, and its record. */
export async function plantEvent(
  client: Client,
  topic: string,
  send: PlantedWorld['send'],
  envelope: PlantedEnvelope,
): Promise<void> {
  await plantFact(client, envelope)
  const { rows } = await client.query<{ value: string }>(
    `INSERT INTO event_outbox (id, topic, key, payload, status, attempts, sent_at)
     VALUES ($1, $2, $3, $4, 'SENT', 1, clock_timestamp()) RETURNING payload::text AS value`,
    [envelope.event_id, topic, envelope.aggregate_id, JSON.stringify(envelope)],
  )
  const { partition, offset } = await send(envelope.aggregate_id, rows[0]!.value)
  await client.query('UPDATE event_outbox SET kafka_partition = $2, kafka_offset = $3 WHERE id = $1', [
    envelope.event_id,
    partition,
    offset,
  ])
}

/** The fact alone. */
export async function plantFact(client: Client, envelope: PlantedEnvelope): Promise<void> {
  await client.query(
    `INSERT INTO domain_events (event_id, correlation_id, causation_id, event_type, event_version, aggregate_type,
                                aggregate_id, aggregate_version, payload, metadata)
     SELECT event_id, correlation_id, causation_id, event_type, event_version, aggregate_type, aggregate_id,
            aggregate_version, payload, metadata FROM jsonb_populate_record(NULL::domain_events, $1)`,
    [JSON.stringify(envelope)],
  )
}
