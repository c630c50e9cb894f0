/** The time of a relay's claims, as its own log tells it: of rows that come in, and of a backlog. */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { expectCount, type BenchDatabase } from '../environment/bench-databases'
import type { BenchTopics } from '../environment/bench-topics'
import type { LoadResult } from '../measure/load-loops'
import { latencyFigures, type Figures } from '../measure/statistics'
import type { BenchContext } from '../scenario'
import type { Commits, OutboxWriterJob } from '../workers/outbox-writer'

const PER_SECOND = 1_000
/** Of a backlog, this many full claims are timed in a round, the first of them left out. */
const BACKLOG_CLAIMS = { warmUp: 20, timed: 120 }
const CLAIM_ROWS = 100
const LONGEST_BACKLOG_MS = 30_000
const LAST_RECORDS_MS = 30_000

/** Rows that are enough for a round of {@link claimsOfBacklog}. */
export const BACKLOG_OF_A_ROUND = (BACKLOG_CLAIMS.warmUp + BACKLOG_CLAIMS.timed) * CLAIM_ROWS * 2

export interface ClaimWindow extends Pick<OutboxWriterJob, 'warmUpMs' | 'measureMs'> {
  /** A snapshot is held open meanwhile: no dead row can be removed. */
  readonly heldSnapshot: boolean
  /** So many rows wait behind their key, and must still wait afterwards. */
  readonly heldRows: number
}

/**
 * Relays new rows for a while, and takes the time of each claim that found some from the relay's own log.
 * @throws when a row was not relayed, was relayed twice, or was held and is no longer
 */
export async function claimsIn(
  { launch, topics }: BenchContext,
  { url }: BenchDatabase,
  topic: string,
  { heldSnapshot, heldRows, ...window }: ClaimWindow,
): Promise<Figures> {
  const recordsBefore = await topics.count(topic)
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
    await expectGained(topics, topic, recordsBefore, load.accepted)
    await expectCount(
      url,
      'rows held behind their key',
      `SELECT count(*) FROM event_outbox WHERE parked AND status = 'PENDING'`,
      heldRows,
    )
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

/** Every accepted row is one record of the topic. */
async function expectGained(
  topics: BenchTopics,
  topic: string,
  before: number,
  accepted: number,
): Promise<void> {
  const deadline = performance.now() + LAST_RECORDS_MS
  let gained: number
  while ((gained = (await topics.count(topic)) - before) < accepted && performance.now() < deadline) {
    await delay(100)
  }
  if (gained !== accepted) throw new Error(`${accepted} rows were written and ${gained} records sent`)
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
