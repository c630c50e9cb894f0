/** Lays the evidence out as temporary tables, over one snapshot of the database. */
import { Client } from 'pg'
import type { Answer, Evidence, TopicRecord } from './evidence'
import type { OpenEvidence, Row } from './invariant'
import { readTopic } from './read-topic'

/** Rows in one statement. */
const CHUNK = 1000

const TABLES = [
  // Every message for the events topic: the outbox, and what is left of rows that were cleaned away. Somebody had those
  // that are marked so sent again; of a fact, every row but the one that has its id.
  `CREATE TEMP TABLE chaos_outbox AS
   SELECT id, payload ->> 'event_id' AS event_id, key, seq, status, payload::text AS value, attempts, will_retry,
          last_error, dropped_at, requeued_at, requeued_at IS NOT NULL AS again, sent_at, kafka_partition AS partition, kafka_offset AS "offset",
          false AS cleaned
     FROM event_outbox WHERE topic = $topic
   UNION ALL
   SELECT outbox_id, coalesce(event_id, outbox_id)::text,
          (SELECT aggregate_id FROM domain_events AS e WHERE e.event_id = d.event_id), NULL, 'SENT', NULL, attempts, false,
          NULL, NULL, NULL, outbox_id <> event_id AND EXISTS (SELECT FROM domain_events AS e WHERE e.event_id = d.event_id),
          sent_at, kafka_partition, kafka_offset, true
     FROM outbox_deliveries AS d
    WHERE topic = $topic AND NOT EXISTS (SELECT FROM event_outbox AS o WHERE o.id = d.outbox_id)`,
  // The topic's lives are numbered from 0; the one that is there now is the last.
  `CREATE TEMP TABLE chaos_records (life integer, partition integer, "offset" bigint, key text, value text, event_id text)`,
  `CREATE TEMP TABLE chaos_ranges (partition integer, low bigint, high bigint)`,
  `CREATE TEMP TABLE chaos_lives (life integer, ended_at timestamptz)`,
  `CREATE TEMP TABLE chaos_answers (request_id text, action text, status integer, error_code text, session_id text,
     command_type text, command_id text, task_id text, idempotency_key text, replayed boolean, gateway text, sent_at timestamptz)`,
  `CREATE TEMP TABLE chaos_calm ("from" timestamptz, "to" timestamptz)`,
]

const INDEXES = [
  'CREATE INDEX ON chaos_outbox (event_id)',
  'CREATE INDEX ON chaos_records (event_id)',
  'CREATE INDEX ON chaos_answers (request_id)',
  ...['chaos_outbox', 'chaos_records', 'chaos_answers'].map((table) => `ANALYZE ${table}`),
]

/**
 * Runs `use` on the evidence.
 * @throws what PostgreSQL or kafkajs throws
 */
export async function withEvidence<T>(given: Evidence, use: (open: OpenEvidence) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: given.databaseUrl, application_name: 'chaos check' })
  client.on('error', () => undefined)
  await client.connect()
  const query = async <R extends Row>(sql: string, values: readonly unknown[] = []): Promise<R[]> =>
    (await client.query<R & Record<string, unknown>>(sql, [...values])).rows
  try {
    // The tables are looked at first: what is SENT in this snapshot must be on the topic that is read after it.
    await query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    for (const table of TABLES) await query(table.replaceAll('$topic', client.escapeLiteral(given.topic)))
    await loadTopic(query, given)
    await loadSeen(query, given)
    for (const statement of INDEXES) await query(statement)
    return await use({ given, query })
  } finally {
    await client.end()
  }
}

type Query = (sql: string, values?: readonly unknown[]) => Promise<unknown>

async function loadTopic(query: Query, { brokers, topic, pastTopics = [] }: Evidence): Promise<void> {
  for (const [life, past] of pastTopics.entries()) {
    await query('INSERT INTO chaos_lives VALUES ($1, to_timestamp($2::float8 / 1000))', [life, past.endedAt])
    for (let at = 0; at < past.records.length; at += CHUNK) {
      await storeRecords(query, life, past.records.slice(at, at + CHUNK))
    }
  }
  const life = pastTopics.length
  await query('INSERT INTO chaos_lives VALUES ($1, NULL)', [life])
  const ranges = await readTopic(brokers, topic, (records) => storeRecords(query, life, records))
  await query('INSERT INTO chaos_ranges SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[])', [
    ranges.map(({ partition }) => partition),
    ranges.map(({ low }) => low),
    ranges.map(({ high }) => high),
  ])
}

async function storeRecords(query: Query, life: number, records: readonly TopicRecord[]): Promise<void> {
  await query(
    `INSERT INTO chaos_records
     SELECT $1, r.*, CASE WHEN pg_input_is_valid(r.value, 'jsonb') THEN r.value::jsonb ->> 'event_id' END
       FROM unnest($2::integer[], $3::bigint[], $4::text[], $5::text[]) AS r (partition, "offset", key, value)`,
    [
      life,
      records.map(({ partition }) => partition),
      records.map(({ offset }) => offset),
      records.map(({ key }) => key),
      records.map(({ value }) => value),
    ],
  )
}

async function loadSeen(query: Query, { answers = [], calm = [] }: Evidence): Promise<void> {
  for (let at = 0; at < answers.length; at += CHUNK) {
    const rows = answers.slice(at, at + CHUNK).map(rowOf)
    await query('INSERT INTO chaos_answers SELECT * FROM jsonb_populate_recordset(NULL::chaos_answers, $1)', [
      JSON.stringify(rows),
    ])
  }
  for (const { from, to } of calm) {
    await query(
      'INSERT INTO chaos_calm VALUES (to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000))',
      [from, to],
    )
  }
}

const rowOf = (answer: Answer): Row => ({
  request_id: answer.requestId,
  action: answer.action,
  status: answer.status,
  error_code: answer.errorCode,
  session_id: answer.sessionId,
  command_type: answer.commandType,
  command_id: answer.commandId,
  task_id: answer.taskId,
  idempotency_key: answer.idempotencyKey,
  replayed: answer.replayed,
  gateway: answer.gateway,
  sent_at: new Date(answer.sentAt).toISOString(),
})
