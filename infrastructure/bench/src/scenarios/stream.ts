/** `stream`: from a commit to the browser with 1,000 streams open, against 10; the same events a second. */
import { setTimeout as delay } from 'node:timers/promises'
import { usageOf } from '../environment/process-usage'
import { figureOf, interleave } from '../measure/interleave'
import type { LoadResult } from '../measure/load-loops'
import { latencyFigures, type Figures } from '../measure/statistics'
import type { BenchContext, Scenario } from '../scenario'
import type { CommandCommits, CommandWriterJob } from '../workers/command-writer'
import type { StreamArrivals } from '../workers/stream-clients'
import { inFreshDatabase } from './write'

const PER_SECOND = 200
const FEW = 10
const LAST_ARRIVALS_MS = 2_000

export const stream: Scenario = {
  name: 'stream',
  title: '1,000 open streams, 200 events/s committed by another process: delay from commit to client',
  async run(context) {
    const quick = context.scale === 'quick'
    const rounds = quick ? 1 : 3
    const many = quick ? 100 : 1_000
    const window = quick ? { warmUpMs: 500, measureMs: 2_000 } : { warmUpMs: 2_000, measureMs: 10_000 }
    const measured = await interleave(
      rounds,
      [
        { name: 'many', measure: () => commitToClient(context, many, window) },
        { name: 'few', measure: () => commitToClient(context, FEW, window) },
      ],
      context.say,
    )
    const times = (figure: string) => figureOf(measured, 'many', figure) / figureOf(measured, 'few', figure)
    return {
      ours: measured.get('many') ?? {},
      baselines: { [`${FEW}_streams`]: measured.get('few') ?? {} },
      checks: [
        { name: 'p99_max', value: times('p99_ms'), target: 2, kind: 'ratio' },
        { name: 'cpu_max', value: times('cpu_cores'), target: 3, kind: 'ratio' },
      ],
      rounds,
    }
  },
}

function commitToClient(
  context: BenchContext,
  streams: number,
  window: Pick<CommandWriterJob, 'warmUpMs' | 'measureMs'>,
): Promise<Figures> {
  return inFreshDatabase(context, async (databaseUrl) => {
    const gateway = await context.launch.gateway(databaseUrl)
    const clients = await context.launch.child<StreamArrivals>('workers/stream-clients', {
      url: gateway.url,
      streams,
    })
    clients.go()
    const job: CommandWriterJob = { databaseUrl, perSecond: PER_SECOND, sessions: streams, ...window }
    const writer = await context.launch.child<{ load: LoadResult; commits: CommandCommits }>(
      'workers/command-writer',
      job,
    )
    let cpuSeconds = 0
    writer.marked = (moment) => {
      const used = usageOf(gateway.pid).cpuSeconds
      cpuSeconds = moment === 'begin' ? used : used - cpuSeconds
    }
    writer.go()
    const { load, commits } = await writer.result()
    await delay(LAST_ARRIVALS_MS)
    const memory_mb = usageOf(gateway.pid).peakResidentMb
    clients.stop()
    const arrivals = new Map(await clients.result())
    await gateway.stop()
    const delays = commits.map(([commandId, committedAtMs]) => {
      const arrivedAtMs = arrivals.get(commandId)
      if (arrivedAtMs === undefined) throw new Error(`the event of command ${commandId} reached no stream`)
      // The client may have it before the writer hears of its own commit.
      return Math.max(0, arrivedAtMs - committedAtMs)
    })
    return {
      ...latencyFigures(delays),
      cpu_cores: (cpuSeconds * 1000) / window.measureMs,
      memory_mb,
      errors: load.errors,
    }
  })
}
