/** `http`: commands a second from request to commit, and their latency at 70% of that and along the way. */
import path from 'node:path'
import { tmpdir } from 'node:os'
import { rm } from 'node:fs/promises'
import { randomUUID } from 'node:crypto'
import { findPgbench, runPgbench } from '../baselines/pgbench'
import { usageOf } from '../environment/process-usage'
import { figureOf, interleave } from '../measure/interleave'
import type { LoadResult } from '../measure/load-loops'
import { medianOfRounds, type Figures } from '../measure/statistics'
import type { BenchContext, Curve, Scenario } from '../scenario'
import type { HttpLoadJob } from '../workers/http-load'
import { expectAccepted, inFreshDatabase } from './write'

const IN_FLIGHT = 64
const CONNECTIONS = 32
const HONEST_SHARE = 0.12
const LOADS = [0.2, 0.4, 0.6, 0.7, 0.8, 0.9]
/** Its latency has a bound, and is the median of three. */
const JUDGED_LOAD = 0.7
/** Before a latency: for some ten seconds V8 compiles, and a command takes a sixth more CPU. */
const COMPILED_AFTER_MS = 15_000

/** Users are counted, but none is refused: a fast machine serves each of the load's more than the default allows. */
export const UNLIMITED = { RATE_LIMIT_COMMANDS_PER_SECOND: '1000000' }

type Window = Pick<HttpLoadJob, 'warmUpMs' | 'measureMs'>

export const http: Scenario = {
  name: 'http',
  title:
    'commands/s from HTTP to commit: JWT verified (its signature once), validated, one log line; latency at 70% of that',
  async run(context) {
    const quick = context.scale === 'quick'
    const rounds = quick ? 1 : 3
    const window = quick ? { warmUpMs: 1_000, measureMs: 1_000 } : { warmUpMs: 3_000, measureMs: 8_000 }
    const seconds = window.measureMs / 1000
    const full = { ...window, load: { inFlight: IN_FLIGHT } }
    // Missing, it is missed before anything is measured.
    await inFreshDatabase(context, (databaseUrl) => findPgbench(new URL(databaseUrl)))
    const measured = await interleave(
      rounds,
      [
        { name: 'ours', measure: () => ours(context, full) },
        {
          name: 'plain',
          measure: () =>
            inFreshDatabase(context, (databaseUrl) =>
              runPgbench({
                databaseUrl,
                script: 'plain-transaction',
                clients: CONNECTIONS,
                warmUpSeconds: quick ? 1 : 2,
                seconds,
              }),
            ),
        },
        { name: 'naive', measure: () => naive(context, full) },
      ],
      context.say,
    )
    const rate = figureOf(measured, 'ours', 'per_s')
    const naiveShare = figureOf(measured, 'naive', 'per_s') / figureOf(measured, 'plain', 'per_s')

    const compiled = quick ? window : { ...window, warmUpMs: COMPILED_AFTER_MS }
    const points: [number, Figures][] = []
    for (const share of quick ? [JUDGED_LOAD] : LOADS) {
      const times: Figures[] = []
      for (let time = 1; time <= (share === JUDGED_LOAD && !quick ? 3 : 1); time++) {
        context.say(`latency at ${share * 100}% of ${Math.round(rate)}/s`)
        times.push(await ours(context, { ...compiled, load: { perSecond: rate * share } }))
      }
      points.push([share, medianOfRounds(times)])
    }
    const at70 = points.find(([share]) => share === JUDGED_LOAD)?.[1] ?? {}
    return {
      ours: {
        ...measured.get('ours'),
        at_70_percent_p50_ms: at70.p50_ms ?? NaN,
        at_70_percent_p99_ms: at70.p99_ms ?? NaN,
        errors_below_full_load: points.reduce((sum, [, figures]) => sum + (figures.errors ?? NaN), 0),
      },
      baselines: {
        plain_transaction: measured.get('plain') ?? {},
        naive_gateway: measured.get('naive') ?? {},
      },
      checks: [
        {
          name: 'plain_transaction',
          value: rate / figureOf(measured, 'plain', 'per_s'),
          target: 0.85,
          outstanding: 1.1,
          kind: 'ratio',
        },
        {
          name: 'naive_gateway',
          value: rate / figureOf(measured, 'naive', 'per_s'),
          target: 4,
          outstanding: 6,
          kind: 'ratio',
        },
        {
          name: 'at_70_percent_p99_ms_max',
          value: at70.p99_ms ?? NaN,
          target: 20,
          outstanding: 10,
          kind: 'figure',
        },
      ],
      rounds,
      ...(naiveShare < HONEST_SHARE && {
        voidBecause: `the naive gateway reached only ${naiveShare.toFixed(2)} of the plain transaction, under ${HONEST_SHARE}`,
      }),
      curves: latencyCurves(points),
    }
  },
}

function latencyCurves(points: readonly [number, Figures][]): Curve[] {
  return (['p50', 'p99'] as const).map((name) => ({
    plot: 'latency-against-load',
    name,
    points: points.map(([, figures]) => [figures.per_s ?? NaN, figures[`${name}_ms`] ?? NaN] as const),
  }))
}

/** Our gateway as a process under the load, with what it used meanwhile. */
async function ours(context: BenchContext, load: Window & Pick<HttpLoadJob, 'load'>): Promise<Figures> {
  return inFreshDatabase(context, async (databaseUrl) => {
    const gateway = await context.launch.gateway(databaseUrl, {
      DATABASE_POOL_MAX: String(CONNECTIONS),
      ...UNLIMITED,
    })
    const figures = await underLoad(context, { url: gateway.url, ...load }, gateway.pid, databaseUrl)
    await gateway.stop()
    return figures
  })
}

async function naive(context: BenchContext, load: Window & Pick<HttpLoadJob, 'load'>): Promise<Figures> {
  return inFreshDatabase(context, async (databaseUrl) => {
    const logFile = path.join(tmpdir(), `naive-gateway-${randomUUID()}.log`)
    const gateway = await context.launch.child('baselines/naive-gateway', {
      databaseUrl,
      connections: CONNECTIONS,
      logFile,
    })
    gateway.go()
    const url = gateway.marks[0] ?? ''
    const figures = await underLoad(context, { url, ...load }, gateway.pid, databaseUrl)
    await gateway.end()
    await rm(logFile, { force: true })
    return figures
  })
}

async function underLoad(
  context: BenchContext,
  job: HttpLoadJob,
  pid: number,
  databaseUrl: string,
): Promise<Figures> {
  const load = await context.launch.child<LoadResult>('workers/http-load', job)
  let cpuSeconds = 0
  load.marked = (moment) => {
    const used = usageOf(pid).cpuSeconds
    cpuSeconds = moment === 'begin' ? used : used - cpuSeconds
  }
  load.go()
  const { accepted, ...figures } = await load.result()
  await expectAccepted(databaseUrl, accepted)
  return {
    ...figures,
    cpu_cores: (cpuSeconds * 1000) / job.measureMs,
    memory_mb: usageOf(pid).peakResidentMb,
  }
}
