/** `idle`: what the relay and the gateway use when nobody wants anything of them. */
import { setTimeout as delay } from 'node:timers/promises'
import { countOf, type BenchDatabase } from '../environment/bench-databases'
import { usageOf } from '../environment/process-usage'
import type { Started } from '../environment/launcher'
import type { Figures } from '../measure/statistics'
import type { BenchContext, Check, Scenario } from '../scenario'

/** PostgreSQL's counters reach the statistics up to ten seconds late. */
const COUNTERS_LATE_MS = 11_000
const TARGETS = { cpu_cores: 0.01, queries_per_s: 1, memory_mb: 130 } as const

export const idle: Scenario = {
  name: 'idle',
  title: 'relay and gateway without traffic: CPU, queries, memory',
  async run(context) {
    const [settleMs, windowMs] = context.scale === 'quick' ? [500, 5_000] : [6_000 + COUNTERS_LATE_MS, 60_000]
    const topic = await context.topics.create()
    // Each has a database of its own, so that their queries are told apart.
    const [gateway, relay] = await Promise.all([
      measureAlone(context, settleMs, windowMs, (url) => context.launch.gateway(url)),
      measureAlone(context, settleMs, windowMs, (url) => context.launch.relay(url, topic)),
    ])
    await context.topics.remove(topic)
    const checks = Object.entries({ gateway, relay }).flatMap(([service, figures]) =>
      Object.entries(TARGETS).map(([figure, target]): Check => ({
        name: `${service}_${figure}_max`,
        value: figures[figure] ?? NaN,
        target,
        kind: 'figure',
      })),
    )
    return { ours: {}, baselines: {}, checks, rounds: 1 }
  },
}

async function measureAlone(
  { databases }: BenchContext,
  settleMs: number,
  windowMs: number,
  start: (databaseUrl: string) => Promise<Started>,
): Promise<Figures> {
  const database = await databases.empty()
  try {
    const service = await start(database.url)
    await delay(settleMs)
    const before = {
      cpu: usageOf(service.pid).cpuSeconds,
      transactions: await transactionsIn(database),
      at: performance.now(),
    }
    await delay(windowMs)
    // No later than the CPU: the same lateness at both ends leaves the rate as it is.
    const seconds = (performance.now() - before.at) / 1000
    const used = usageOf(service.pid)
    const transactions = (await transactionsIn(database)) - before.transactions
    await service.stop()
    return {
      cpu_cores: (used.cpuSeconds - before.cpu) / seconds,
      queries_per_s: transactions / seconds,
      memory_mb: used.residentMb,
    }
  } finally {
    await database.drop()
  }
}

/** Asked from another database, for the question would be counted too. */
async function transactionsIn({ name, url }: BenchDatabase): Promise<number> {
  const elsewhere = new URL(url)
  elsewhere.pathname = '/postgres'
  return countOf(
    elsewhere.href,
    `SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '${name}'`,
  )
}
