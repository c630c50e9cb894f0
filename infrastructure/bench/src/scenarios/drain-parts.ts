/** What `drain` and `drain-3` share: an outbox full of PENDING rows, drained by somebody and checked. */
import { countOf, expectCount, type BenchDatabase } from '../environment/bench-databases'
import { expectOrderKept } from '../measure/order-of-keys'
import type { Figures } from '../measure/statistics'
import { watchDrain } from '../measure/watch-drain'
import type { BenchContext } from '../scenario'
import { insertNaive, insertPending } from '../seed/outbox'

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
  readonly table: 'event_outbox' | 'naive_outbox'
  readonly start: (databaseUrl: string, topic: string) => Promise<Drainer>
  /** Whether the rows are settled as they are sent: not where they come from memory. */
  readonly settles: boolean
}

/** Drains a fresh copy of `rows` rows into a new topic, and checks what came of it. */
async function drained({ context, rows, table, start, settles }: DrainRun): Promise<Figures> {
  const { databases, topics } = context
  // The rows of the template name their topic: it is emptied for every measurement.
  const topic = await topics.emptied('drain')
  const database = await databases.fresh(`${table} of ${rows}`, (client) =>
    table === 'event_outbox' ? insertPending(client, topic, rows) : insertNaive(client, topic, rows),
  )
  try {
    const drainer = await start(database.url, topic)
    try {
      const open = `SELECT count(*) FROM (SELECT FROM ${table} WHERE status <> 'SENT' LIMIT 1) AS open`
      const settled = async () => !settles || (await countOf(database.url, open)) === 0
      const watched = watchDrain({ topics, topic, rows, pids: drainer.pids, settled })
      const figures = await Promise.race([watched, ...(drainer.failed ? [drainer.failed] : [])])
      if (table === 'event_outbox') await expectReceipts(database, rows)
      if (settles && table === 'event_outbox') await expectOrderKept(topics, topic, rows)
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

/** Our relays, `relays` of them. */
export function drainedByOurs(
  context: BenchContext,
  rows: number,
  relays: number,
  settings: Readonly<Record<string, string>>,
): Promise<Figures> {
  return drained({
    context,
    rows,
    table: 'event_outbox',
    settles: true,
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

/** A baseline's process: it has the rows in a table of its own. */
export function drainedByBaseline(
  context: BenchContext,
  rows: number,
  program: 'workers/memory-producer' | 'baselines/naive-relay',
  options: { batch?: number } = {},
): Promise<Figures> {
  return drained({
    context,
    rows,
    table: 'naive_outbox',
    settles: program === 'baselines/naive-relay',
    start: async (databaseUrl, topic) => {
      const job = { brokers: context.topics.brokers, topic, databaseUrl, ...options }
      const child = await context.launch.child(program, job)
      child.go()
      return { pids: [child.pid], failed: child.failed(), stop: () => child.end() }
    },
  })
}
