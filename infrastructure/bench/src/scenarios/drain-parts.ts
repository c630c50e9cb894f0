/** What `drain` and `drain-3` share: an outbox full of PENDING rows, drained by somebody and checked. */
import type { NaiveRelayJob } from '../baselines/naive-relay'
import { countOf, expectCount, type BenchDatabase } from '../environment/bench-databases'
import { expectOrderKept } from '../measure/order-of-keys'
import type { Figures } from '../measure/statistics'
import { WARM_UP_SHARE, watchDrain } from '../measure/watch-drain'
import type { BenchContext } from '../scenario'
import { insertPending, insertPendingByStatus } from '../seed/outbox'
import type { KafkaLibrary, MemoryProducerJob } from '../workers/memory-producer'

/** Somebody who drains: how it is started, and its processes. */
interface Drainer {
  readonly pids: readonly number[]
  /** Rejects when it cannot go on. */
  readonly failed?: Promise<never>
  stop(): Promise<void>
}

interface DrainRun {
  readonly context: BenchContext
  readonly rows: number
  readonly start: (databaseUrl: string, topic: string) => Promise<Drainer>
  /** How rows are settled as they are sent: not at all where they come from memory. */
  readonly settles: 'with receipts' | 'by status' | 'never'
  /** Of the rows; by default what one process needs. */
  readonly warmUpShare?: number
}

/** Drains a fresh copy of `rows` rows into a new topic, and checks what came of it. */
async function drained({
  context,
  rows,
  start,
  settles,
  warmUpShare = WARM_UP_SHARE,
}: DrainRun): Promise<Figures> {
  const { databases, topics } = context
  // The rows of the template name their topic: it is emptied for every measurement.
  const topic = await topics.emptied('drain')
  const database = await (settles === 'by status'
    ? databases.fresh(`${rows} by status`, (client) => insertPendingByStatus(client, topic, rows))
    : databases.fresh(`${rows} pending`, (client) => insertPending(client, topic, rows)))
  try {
    const drainer = await start(database.url, topic)
    try {
      const open = `SELECT count(*) FROM (SELECT FROM event_outbox WHERE status <> 'SENT' LIMIT 1) AS open`
      const settled = async () => settles === 'never' || (await countOf(database.url, open)) === 0
      const watched = watchDrain({ topics, topic, rows, pids: drainer.pids, warmUpShare, settled })
      const figures = await Promise.race([watched, ...(drainer.failed ? [drainer.failed] : [])])
      if (settles === 'with receipts') await expectReceipts(database, rows)
      await expectOrderKept(topics, topic, rows)
      return figures
    } finally {
      await drainer.stop()
    }
  } finally {
    await database.drop()
  }
}

/** Every row says which record it became, and no two say the same. */
async function expectReceipts({ url }: BenchDatabase, rows: number): Promise<void> {
  await expectCount(
    url,
    'rows with a receipt of their own',
    `SELECT count(DISTINCT (kafka_partition, kafka_offset)) FROM event_outbox
      WHERE status = 'SENT' AND sent_at IS NOT NULL AND kafka_partition IS NOT NULL AND kafka_offset IS NOT NULL`,
    rows,
  )
}

/** Our relays, `relays` of them. @param warmUpShare of the rows, where it is not what one relay needs */
export function drainedByOurs(
  context: BenchContext,
  rows: number,
  relays: number,
  settings: Readonly<Record<string, string>>,
  warmUpShare?: number,
): Promise<Figures> {
  return drained({
    context,
    rows,
    settles: 'with receipts',
    ...(warmUpShare !== undefined && { warmUpShare }),
    start: async (databaseUrl, topic) => {
      const started = await Promise.all(
        Array.from({ length: relays }, () => context.launch.relay(databaseUrl, topic, settings)),
      )
      return {
        pids: started.map(({ pid }) => pid),
        stop: async () => {
          await Promise.all(started.map((relay) => relay.stop()))
        },
      }
    },
  })
}

/** A naive relay that takes `batch` rows at a time. */
export function drainedByNaiveRelay(context: BenchContext, rows: number, batch: number): Promise<Figures> {
  return drained({
    context,
    rows,
    settles: 'by status',
    start: (databaseUrl, topic) => {
      const job: NaiveRelayJob = { brokers: context.topics.brokers, topic, databaseUrl, batch }
      return startedChild(context, 'baselines/naive-relay', job)
    },
  })
}

/** `library` alone: it has read the rows before the measurement. */
export function sentFromMemory(context: BenchContext, rows: number, library: KafkaLibrary): Promise<Figures> {
  return drained({
    context,
    rows,
    settles: 'never',
    start: (databaseUrl, topic) => {
      const job: MemoryProducerJob = { brokers: context.topics.brokers, topic, databaseUrl, library }
      return startedChild(context, 'workers/memory-producer', job)
    },
  })
}

async function startedChild(context: BenchContext, program: string, job: unknown): Promise<Drainer> {
  const child = await context.launch.child(program, job)
  child.go()
  return { pids: [child.pid], failed: child.failed(), stop: () => child.end() }
}
