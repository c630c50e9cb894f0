/** `claim`: how long the relay's claims take when the table is large, a key is held, or a snapshot is. */
import { readFile } from 'node:fs/promises'
import { Client } from 'pg'
import type { BenchDatabase } from '../environment/bench-databases'
import { figureOf, interleave } from '../measure/interleave'
import type { LoadResult } from '../measure/load-loops'
import { latencyFigures, type Figures } from '../measure/statistics'
import type { BenchContext, Check, Curve, Scenario } from '../scenario'
import { insertHeld, insertSent, moveReadersToTheEnd } from '../seed/outbox'
import type { Commits, OutboxWriterJob } from '../workers/outbox-writer'

const PER_SECOND = 1_000

interface State {
  readonly name: string
  readonly sentRows: number
  readonly heldRows?: number
  readonly heldSnapshot?: true
}

const SMALLEST: State = { name: '10k', sentRows: 10_000 }

export const claim: Scenario = {
  name: 'claim',
  title: 'claim time at 10k, 1M (with --long 10M) rows; 300k held behind one key; a held snapshot',
  async run(context) {
    const { scale, databases, topics, say } = context
    const quick = scale === 'quick'
    const rounds = quick ? 1 : 5
    const window = quick ? { warmUpMs: 1_000, measureMs: 2_000 } : { warmUpMs: 3_000, measureMs: 8_000 }
    const large: State[] = quick ? [] : [{ name: '1M', sentRows: 1_000_000 }]
    if (scale === 'long') large.push({ name: '10M', sentRows: 10_000_000 })
    const states: State[] = [
      SMALLEST,
      ...large,
      { name: 'held_key', sentRows: 10_000, heldRows: quick ? 3_000 : 300_000 },
      { name: 'held_snapshot', sentRows: 10_000, heldSnapshot: true },
    ]

    const topic = await topics.create()
    const filled = new Map<State, BenchDatabase>()
    for (const state of states) {
      say(`filling ${state.name}`)
      filled.set(state, await databases.single((client) => fill(client, topic, state)))
    }
    const measured = await interleave(
      rounds,
      [...filled].map(([state, database]) => ({
        name: state.name,
        measure: () => claimsIn(context, database, topic, state, window),
      })),
      say,
    )
    for (const database of filled.values()) await database.drop()
    await topics.remove(topic)

    const p99 = (name: string) => figureOf(measured, name, 'p99_ms')
    const checks = states.slice(1).map(({ name }): Check => ({
      name: `${name}_max`,
      value: p99(name) / p99(SMALLEST.name),
      // Twice the smallest table's, or a millisecond more, whichever is kinder.
      target: Math.max(2, 1 + 1 / p99(SMALLEST.name)),
      outstanding: 1.2,
      kind: 'ratio',
    }))
    const bySize = [SMALLEST, ...large].map(({ name, sentRows }) => [sentRows, name] as const)
    const curves = (['p50', 'p99'] as const).map((figure): Curve => ({
      plot: 'claim-against-table-size',
      name: figure,
      points: bySize.map(([rows, name]) => [rows, figureOf(measured, name, `${figure}_ms`)] as const),
    }))
    const { [SMALLEST.name]: baseline = {}, ...others } = Object.fromEntries(measured)
    return {
      ours: Object.assign(
        {},
        ...Object.entries(others).map(([state, figures]) => named(state, figures)),
      ) as Figures,
      baselines: { '10k_rows': baseline },
      checks,
      rounds,
      curves,
    }
  },
}

const named = (state: string, figures: Figures): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${state}_${name}`, value]))

async function fill(client: Client, topic: string, { sentRows, heldRows = 0 }: State): Promise<void> {
  await insertSent(client, topic, sentRows)
  await moveReadersToTheEnd(client)
  if (heldRows > 0) await insertHeld(client, topic, heldRows)
}

/** Relays new rows for a while, and takes the time of each claim that found some from the relay's own log. */
async function claimsIn(
  { launch, topics }: BenchContext,
  { url }: BenchDatabase,
  topic: string,
  { heldSnapshot }: State,
  window: Pick<OutboxWriterJob, 'warmUpMs' | 'measureMs'>,
): Promise<Figures> {
  const holder = heldSnapshot && (await holdSnapshot(url))
  const relay = await launch.relay(url, topic, { LOG_LEVEL: 'debug' })
  try {
    const job: OutboxWriterJob = {
      databaseUrl: url,
      brokers: topics.brokers,
      topic,
      perSecond: PER_SECOND,
      then: 'wake',
      ...window,
    }
    const writer = await launch.child<{ load: LoadResult; commits: Commits }>('workers/outbox-writer', job)
    const times: Record<string, string> = {}
    writer.marked = (moment) => (times[moment] = new Date().toISOString())
    writer.go()
    const { load } = await writer.result()
    const took = await claimTimes(relay.logFile, times.begin ?? '', times.end ?? '')
    return { ...latencyFigures(took), claims: took.length, errors: load.errors }
  } finally {
    await relay.stop()
    await holder?.end()
  }
}

/** A transaction that stays open and sees the table as it is now: no dead row can be removed meanwhile. */
async function holdSnapshot(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  await client.query('SELECT count(*) FROM outbox_lanes')
  return client
}

interface LogLine {
  readonly message: string
  readonly timestamp: string
  readonly rows?: number
  readonly took_ms?: number
}

async function claimTimes(logFile: string, from: string, to: string): Promise<number[]> {
  const lines = (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.startsWith('{'))
  const claims = lines
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ message, timestamp }) => message === 'claimed' && timestamp >= from && timestamp < to)
  if (claims.length === 0) throw new Error(`the relay's log tells of no claim: ${logFile}`)
  return claims.flatMap(({ took_ms }) => took_ms ?? [])
}
