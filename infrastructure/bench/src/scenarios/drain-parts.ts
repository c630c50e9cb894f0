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
  /** Of the rows, left out of the figures. */
  readonly warmUpShare: number
}

/** Drains a fresh copy of `rows` rows into a new topic, and checks what came of it. */
async function drained({ context, rows, start, settles, warmUpShare }: DrainRun): Promise<Figures> {
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

/** Our relays, `relays` of them. @param warmUpShare of the rows, left out of the figures: by default what one relay needs */
export function drainedByOurs(
  context: BenchContext,
  rows: number,
  relays: number,
  settings: Readonly<Record<string, string>>,
  warmUpShare = WARM_UP_SHARE,
): Promise<Figures> {
  return drained({
    context,
    rows,
    settles: 'with receipts',
    warmUpShare,
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
  return drainedByChild<NaiveRelayJob>(context, rows, 'by status', 'baselines/naive-relay', { batch })
}

/** `library` alone: it has read the rows before the measurement. */
export function sentFromMemory(context: BenchContext, rows: number, library: KafkaLibrary): Promise<Figures> {
  return drainedByChild<MemoryProducerJob>(context, rows, 'never', 'workers/memory-producer', { library })
}

type Where = 'brokers' | 'topic' | 'databaseUrl'

/** A process of the benchmark's own; `job` is what it is told besides where the rows are and where they go. */
function drainedByChild<Job extends Record<Where, unknown>>(
  context: BenchContext,
  rows: number,
  settles: DrainRun['settles'],
  program: string,
  job: Omit<Job, Where>,
): Promise<Figures> {
  return drained({
    context,
    rows,
    settles,
    warmUpShare: WARM_UP_SHARE,
    start: async (databaseUrl, topic) => {
      const { brokers } = context.topics
      const child = await context.launch.child(program, { brokers, topic, databaseUrl, ...job })
      child.go()
      return { pids: [child.pid], failed: child.failed(), stop: () => child.end() }
    },
  })
}
