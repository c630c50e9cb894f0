/** `latency`: from a commit to its consumer, against producing straight after the commit. */
import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from '../environment/process-usage'
import { figureOf, interleave } from '../measure/interleave'
import type { LoadResult } from '../measure/load-loops'
import { latencyFigures, type Figures } from '../measure/statistics'
import type { BenchContext, Check, Scenario } from '../scenario'
import type { Commits, OutboxWriterJob } from '../workers/outbox-writer'
import type { Arrivals, RecordReaderJob } from '../workers/record-reader'

const RATES = [500, 2_000]
/** Of the planned rows, as many must have been committed while it was measured. */
const ON_RATE = 0.95
/** Slower than this the baseline has fallen behind, and a lag behind it says nothing. */
const HONEST_P50_MS = 20
const LAST_ARRIVALS_MS = 10_000

export const latency: Scenario = {
  name: 'latency',
  title: 'commit to consumer at 500 and 2,000 rows/s',
  async run(context) {
    const quick = context.scale === 'quick'
    const rounds = quick ? 1 : 3
    // For some ten seconds V8 compiles, and a relay takes a third more CPU.
    const window = quick ? { warmUpMs: 1_000, measureMs: 2_000 } : { warmUpMs: 10_000, measureMs: 10_000 }
    const rates = quick ? RATES.slice(0, 1) : RATES
    const measured = await interleave(
      rounds,
      rates.flatMap((perSecond) =>
        (['wake', 'produce'] as const).map((then) => ({
          name: `${then} ${perSecond}`,
          measure: () => commitToConsumer(context, { then, perSecond, ...window }),
        })),
      ),
      context.say,
    )
    const checks = rates.flatMap((rate): Check[] => {
      const later = (figure: string) =>
        figureOf(measured, `wake ${rate}`, figure) - figureOf(measured, `produce ${rate}`, figure)
      return [
        {
          name: `later_p50_ms_at_${rate}_max`,
          value: later('p50_ms'),
          target: 4,
          outstanding: 2,
          kind: 'figure',
        },
        { name: `later_p99_ms_at_${rate}_max`, value: later('p99_ms'), target: 20, kind: 'figure' },
      ]
    })
    checks.push({
      name: 'relay_cpu_cores_at_500_max',
      value: figureOf(measured, 'wake 500', 'relay_cpu_cores'),
      target: 0.35,
      kind: 'figure',
    })
    const keptUp = (then: string, figure: string) => (rate: number) =>
      figureOf(measured, `${then} ${rate}`, figure) >= rate * ON_RATE
    const slow = rates.filter((rate) => !keptUp('wake', 'rows_per_s')(rate))
    // A baseline that falls behind makes anybody's latency look small.
    const behind = rates.filter(
      (rate) =>
        !keptUp('produce', 'arrived_per_s')(rate) ||
        figureOf(measured, `produce ${rate}`, 'p50_ms') > HONEST_P50_MS,
    )
    const figuresOf = (then: string) =>
      Object.fromEntries(
        rates.flatMap((rate) =>
          Object.entries(measured.get(`${then} ${rate}`) ?? {}).map(([name, value]) => [
            `${name}_at_${rate}`,
            value,
          ]),
        ),
      )
    return {
      ours: figuresOf('wake'),
      baselines: { produced_after_the_commit: figuresOf('produce') },
      checks,
      rounds,
      ...(slow.length > 0 && { voidBecause: `the writer did not reach ${slow.join(' and ')} rows/s` }),
      ...(behind.length > 0 && {
        voidBecause: `records produced after the commit did not keep up with ${behind.join(' and ')} rows/s`,
      }),
    }
  },
}

async function commitToConsumer(
  { databases, topics, launch }: BenchContext,
  load: Pick<OutboxWriterJob, 'then' | 'perSecond' | 'warmUpMs' | 'measureMs'>,
): Promise<Figures> {
  const topic = await topics.create()
  const database = await databases.empty()
  const relay = load.then === 'wake' ? await launch.relay(database.url, topic) : undefined
  try {
    const { brokers } = topics
    const reader = await launch.child<Arrivals>('workers/record-reader', {
      brokers,
      topic,
    } satisfies RecordReaderJob)
    reader.go()
    const job: OutboxWriterJob = { databaseUrl: database.url, brokers, topic, ...load }
    const writer = await launch.child<{ load: LoadResult; commits: Commits }>('workers/outbox-writer', job)
    let cpuSeconds = 0
    writer.marked = (moment) => {
      if (!relay) return
      const used = usageOf(relay.pid).cpuSeconds
      cpuSeconds = moment === 'begin' ? used : used - cpuSeconds
    }
    writer.go()
    const written = await writer.result()
    await everythingArrived(() => topics.count(topic), written.load.accepted)
    reader.stop()
    const arrivals = new Map(await reader.result())
    const begunAtMs = written.commits[0]?.[1] ?? NaN
    let lastAtMs = begunAtMs + load.measureMs
    const delays = written.commits.map(([eventId, committedAtMs]) => {
      const arrivedAtMs = arrivals.get(eventId)
      if (arrivedAtMs === undefined) throw new Error(`event ${eventId} was committed and did not arrive`)
      lastAtMs = Math.max(lastAtMs, arrivedAtMs)
      return arrivedAtMs - committedAtMs
    })
    return {
      ...latencyFigures(delays),
      rows_per_s: (delays.length * 1000) / load.measureMs,
      arrived_per_s: (delays.length * 1000) / (lastAtMs - begunAtMs),
      // A writer that produces is the load as well: its CPU is no figure to stand beside a relay's.
      ...(relay && { relay_cpu_cores: (cpuSeconds * 1000) / load.measureMs }),
      errors: written.load.errors,
    }
  } finally {
    await relay?.stop()
    await database.drop()
    await topics.remove(topic)
  }
}

/** Waits until the topic holds the records, and a moment longer for the consumer to have the last of them. */
async function everythingArrived(count: () => Promise<number>, expected: number): Promise<void> {
  const deadline = performance.now() + LAST_ARRIVALS_MS
  while ((await count()) < expected && performance.now() < deadline) await delay(50)
  await delay(500)
}
