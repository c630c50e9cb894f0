/** `verify`: compares outbox and topic, and names what is lost, repeated, out of order, late or not yet sent. */
import type { RelayConfiguration } from '../config'
import { createKafka } from '../kafka/client'
import { readTopic, type TopicRange, type TopicRecord } from '../kafka/read-topic'
import type { OperatorDatabase } from './operator-database'
import { withBar, type Bar, type Terminal } from './terminal'
import { FINDING_NAMES, found, PREPARE, type Finding } from './verify-queries'

export type VerifyReport = Record<Finding, number> & {
  /** What of the topic was compared: its retention may have removed what came before. */
  window: { records: number; from: string | null; to: string | null; partitions: TopicRange[] }
  /** How many events each finding is of: of one event several rows may be lost. */
  events: Record<Finding, number>
  /** Some of each, by event_id. */
  examples: Record<Finding, string[]>
  /** The rows of those, where they are still kept: what `requeue` and `drop` want to be told. */
  outbox_ids: Record<string, string[]>
  /** Rows for other topics, which are compared with nothing. */
  other_topics: number
}

const REQUEST_TIMEOUT_MS = 30_000

/** A broker that is there but frozen takes connections, and answers nothing. */
const FIRST_ANSWER_MS = 10_000

/** Every broker is asked, and four times in all: somebody waits for the answer. */
const FIRST_RETRIES = 3

/**
 * Says within seconds that the brokers or the topic are not there: the retries of what comes after would take half a
 * minute.
 * @throws when no broker can be connected to, or knows no such topic
 */
async function reachTopic({ kafka, eventsTopic }: RelayConfiguration): Promise<void> {
  const retries = Math.max(FIRST_RETRIES, kafka.brokers.length - 1)
  const admin = createKafka({ ...kafka, requestTimeoutMs: FIRST_ANSWER_MS, retries }, () => undefined).admin()
  try {
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: [eventsTopic] })
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

/**
 * Reads the topic into a temporary table and lets the database compare: this process holds a batch at a time.
 * @throws what the database or the broker throws
 */
export async function verify(
  database: OperatorDatabase,
  configuration: RelayConfiguration,
  terminal: Pick<Terminal, 'bar'>,
): Promise<VerifyReport> {
  await reachTopic(configuration)
  // A new broker needs a while to make the place where it keeps groups, ours being the first.
  const kafka = createKafka(
    { ...configuration.kafka, requestTimeoutMs: REQUEST_TIMEOUT_MS, retries: 8 },
    () => undefined,
  )
  for (const statement of PREPARE.tables) await database.query(statement)
  const seen = { records: 0, from: Infinity, to: -Infinity }
  // The topic's ends are taken first: what is SENT below them must be among what was read.
  let bar: Bar | undefined
  const reading = readTopic(kafka, configuration.eventsTopic, async (records, total) => {
    bar ??= terminal.bar('Reading', total)
    await store(database, records)
    seen.records += records.length
    for (const { timestamp } of records) {
      seen.from = Math.min(seen.from, timestamp)
      seen.to = Math.max(seen.to, timestamp)
    }
    bar.at(seen.records)
  })
  const partitions = await reading.finally(() => bar?.end())
  await database.query(PREPARE.ranges, [
    partitions.map(({ partition }) => partition),
    partitions.map(({ low }) => low),
    partitions.map(({ high }) => high),
  ])
  const counts = {} as Record<Finding, number>
  const events = {} as Record<Finding, number>
  const examples = {} as Record<Finding, string[]>
  const steps = [
    () => database.query(PREPARE.outbox, [configuration.eventsTopic]),
    () => database.query(PREPARE.deliveries, [configuration.eventsTopic]),
    ...PREPARE.derived.map((statement) => () => database.query(statement)),
    ...FINDING_NAMES.map((finding) => async () => {
      const [row] = await database.query<{ count: number; events: number; examples: string[] }>(
        found(finding),
      )
      counts[finding] = row?.count ?? 0
      events[finding] = row?.events ?? 0
      examples[finding] = row?.examples ?? []
    }),
  ]
  await withBar(terminal, 'Comparing', steps.length, async (at) => {
    for (const [nth, step] of steps.entries()) {
      await step()
      at(nth + 1)
    }
  })
  const time = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null)
  return {
    ...counts,
    window: { records: seen.records, from: time(seen.from), to: time(seen.to), partitions },
    events,
    examples,
    outbox_ids: await rowsOf(database, configuration.eventsTopic, [
      ...new Set(FINDING_NAMES.flatMap((finding) => examples[finding])),
    ]),
    other_topics: await rowsElsewhere(database, configuration.eventsTopic),
  }
}

/** Rows by their event_id: one event may have several. */
async function rowsOf(
  database: OperatorDatabase,
  topic: string,
  events: readonly string[],
): Promise<Record<string, string[]>> {
  if (events.length === 0) return {}
  const rows = await database.query<{ event_id: string; ids: string[] }>(
    `SELECT payload ->> 'event_id' AS event_id, array_agg(id::text ORDER BY seq) AS ids
       FROM event_outbox WHERE topic = $1 AND payload ->> 'event_id' = ANY ($2::text[]) GROUP BY 1`,
    [topic, events],
  )
  return Object.fromEntries(rows.map(({ event_id: event, ids }) => [event, ids]))
}

async function rowsElsewhere(database: OperatorDatabase, topic: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM event_outbox WHERE topic <> $1',
    [topic],
  )
  return row?.count ?? 0
}

async function store(database: OperatorDatabase, records: readonly TopicRecord[]): Promise<void> {
  await database.query(
    `INSERT INTO verify_topic SELECT * FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::bigint[])`,
    [
      records.map(({ partition }) => partition),
      records.map(({ offset }) => offset),
      records.map(({ eventId }) => eventId),
      records.map(({ timestamp }) => timestamp),
    ],
  )
}
