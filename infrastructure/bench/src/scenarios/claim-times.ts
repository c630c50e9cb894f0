/** The time of a relay's claims, as its own log tells it: of rows that come in, and of a backlog. */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { BenchDatabase } from '../environment/bench-databases'
import type { LoadResult } from '../measure/load-loops'
import { latencyFigures, type Figures } from '../measure/statistics'
import type { BenchContext } from '../scenario'
import type { Commits, OutboxWriterJob } from '../workers/outbox-writer'

const PER_SECOND = 1_000
/** Of a backlog, this many full claims are timed in a round, the first of them left out. */
const BACKLOG_CLAIMS = { warmUp: 20, timed: 60 }
const CLAIM_ROWS = 100
const LONGEST_BACKLOG_MS = 30_000

/** Rows that are enough for a round of {@link claimsOfBacklog}. */
export const BACKLOG_OF_A_ROUND = (BACKLOG_CLAIMS.warmUp + BACKLOG_CLAIMS.timed) * CLAIM_ROWS * 2

export interface ClaimWindow extends Pick<OutboxWriterJob, 'warmUpMs' | 'measureMs'> {
  /** A snapshot is held open meanwhile: no dead row can be removed. */
  readonly heldSnapshot: boolean
}

/** Relays new rows for a while, and takes the time of each claim that found some from the relay's own log. */
export async function claimsIn(
  { launch, topics }: BenchContext,
  { url }: BenchDatabase,
  topic: string,
  { heldSnapshot, ...window }: ClaimWindow,
): Promise<Figures> {
  const holder = heldSnapshot ? await holdSnapshot(url) : undefined
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
    const { begin = '', end = '' } = times
    const took = (await claimsOf(relay.logFile))
      .filter(({ timestamp }) => timestamp >= begin && timestamp < end)
      .map(({ took_ms }) => took_ms)
    if (took.length === 0) throw new Error(`the relay's log tells of no claim: ${relay.logFile}`)
    return { ...latencyFigures(took), claims: took.length, errors: load.errors }
  } finally {
    await relay.stop()
    await holder?.end()
  }
}

/** Lets a relay drain until it has made enough full claims, and takes the time of each. */
export async function claimsOfBacklog(
  { launch }: BenchContext,
  { url }: BenchDatabase,
  topic: string,
): Promise<Figures> {
  const { warmUp, timed } = BACKLOG_CLAIMS
  const relay = await launch.relay(url, topic, {
    LOG_LEVEL: 'debug',
    RELAY_BATCH_SIZE: String(CLAIM_ROWS),
  })
  try {
    const deadline = performance.now() + LONGEST_BACKLOG_MS
    for (;;) {
      const took = (await claimsOf(relay.logFile))
        .filter(({ rows }) => rows === CLAIM_ROWS)
        .map((one) => one.took_ms)
      if (took.length >= warmUp + timed) return latencyFigures(took.slice(warmUp, warmUp + timed))
      if (performance.now() > deadline) throw new Error(`too few claims: ${relay.logFile}`)
      await delay(25)
    }
  } finally {
    await relay.stop()
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
}

interface ClaimLine extends LogLine {
  readonly rows: number
  readonly took_ms: number
}

/** The claims that a relay's log tells of. */
async function claimsOf(logFile: string): Promise<ClaimLine[]> {
  const text = await readFile(logFile, 'utf8')
  // The last line may not be all there yet.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line): line is ClaimLine => line.message === 'claimed')
}
