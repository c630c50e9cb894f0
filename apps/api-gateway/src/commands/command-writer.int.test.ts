/** Commands of several sessions in one statement: each is answered for itself, whatever becomes of the others. */
import { randomUUID } from 'node:crypto'
import { eventually } from '@infinite-scribe/testing'
import type { PoolClient } from 'pg'
import type { TcpProxy } from '../database/tcp-proxy.test'
import { isRefusal, ServiceFault, type Refusal } from '../outcome'
import type { CommandAnswer } from '../ports'
import { openProxiedFixture, type ProxiedFixture } from '../proxied-service-fixture.test'
import {
  expectOneChain,
  granted,
  openSession,
  requestConcepts,
  send,
  snapshotOf,
} from '../service-fixture.test'
import type { Services } from '../services'

let fixture: ProxiedFixture
let proxy: TcpProxy
let services: Services
let other: Services
beforeAll(async () => {
  fixture = await openProxiedFixture()
  proxy = fixture.proxy
  services = fixture.throughProxy({
    max: 6,
    timeouts: { statementMs: 20_000, queryMs: 25_000 },
    settings: { eventMaxBytes: 2_000 },
  })
  other = fixture.replica()
})
afterEach(() => {
  proxy.cutAnswers = false
})
afterAll(async () => {
  await services.stop()
  await fixture.close()
})

/** Sessions that `services` remembers. */
const sessions = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const session = await openSession(services)
      granted(await send(services, session, 'SubmitFeedback'))
      return session
    }),
  )

// The tests' databases are copies of one: their tables have the same oids.
const WAITING = `FROM pg_locks WHERE NOT granted AND relation = 'command_inbox'::regclass
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

const waitingForALock = (count: number) =>
  eventually(async () => (await fixture.sql.query(`SELECT ${WAITING}`)).rowCount === count)

async function holdTheInbox(): Promise<PoolClient> {
  const holder = await fixture.sql.connect()
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE command_inbox IN SHARE MODE')
  return holder
}

async function letGo(holder: PoolClient): Promise<void> {
  await holder.query('ROLLBACK')
  holder.release()
}

const outcomeOf = (answer: Promise<CommandAnswer | Refusal>) =>
  answer.then(
    (value) => (isRefusal(value) ? value.code : value.replayed ? 'replayed' : 'done'),
    (error: unknown) => (error instanceof ServiceFault ? error.code : error),
  )

/**
 * The outcomes of commands that were sent together, in one statement: the two that may be under way were held up.
 * @param underWay called while the one statement of all waits for its lock
 */
async function together(
  commands: readonly (() => Promise<CommandAnswer | Refusal>)[],
  underWay?: () => Promise<unknown>,
): Promise<{ outcomes: Promise<unknown>[] }> {
  const plugs = await sessions(2)
  const first = await holdTheInbox()
  const plugged: Promise<unknown>[] = []
  for (const session of plugs) {
    plugged.push(send(services, session, 'SubmitFeedback'))
    await waitingForALock(plugged.length)
  }
  // In line behind the two, and before the one.
  const second = underWay && holdTheInbox()
  if (second) await waitingForALock(3)
  const outcomes = commands.map((command) => outcomeOf(command()))
  await new Promise(setImmediate)
  await letGo(first)
  await Promise.all(plugged)
  if (second) {
    const holder = await second
    await waitingForALock(1)
    await underWay()
    await letGo(holder)
  }
  return { outcomes }
}

/** In how many transactions the last commands of these sessions were written. */
async function transactionsOf(ids: readonly string[]): Promise<number> {
  const { rows } = await fixture.sql.query<{ transactions: number }>(
    `SELECT count(DISTINCT xmin::text)::int AS transactions FROM domain_events
      WHERE (aggregate_id, aggregate_version) IN (SELECT id::text, version FROM genesis_sessions WHERE id = ANY ($1))`,
    [ids],
  )
  return rows[0]!.transactions
}

async function expectWhole(session: string, commands: number): Promise<void> {
  const events = await fixture.rows.events(session)
  expectOneChain(events)
  expect(events).toHaveLength(1 + commands)
  expect(await fixture.rows.inbox(session)).toHaveLength(commands)
  expect((await fixture.rows.outbox(session)).map(({ id }) => id)).toEqual(events.map((e) => e.event_id))
  expect(await fixture.rows.session(session)).toMatchObject({
    version: events.length,
    last_event_id: events.at(-1)!.event_id,
  })
}

it('those who wait while two are under way are written in one statement', async () => {
  const all = await sessions(8)
  const { outcomes } = await together(
    all.map(
      (session, i) => () => send(services, session, i % 2 ? 'ConfirmStage' : 'RequestConceptGeneration'),
    ),
  )
  expect(await Promise.all(outcomes)).toEqual(Array(8).fill('done'))
  expect(await transactionsOf(all)).toBe(1)
  for (const session of all) await expectWhole(session, 2)
})

it('a session that another replica moved on is written again, and the others at once', async () => {
  const [moved, ...others] = (await sessions(5)) as [string, ...string[]]
  granted(await send(other, moved, 'ConfirmStage'))
  const { outcomes } = await together(
    [moved, ...others].map((session) => () => send(services, session, 'SubmitFeedback')),
  )
  expect(await Promise.all(outcomes)).toEqual(Array(5).fill('done'))
  expect(await transactionsOf(others)).toBe(1)
  await expectWhole(moved, 3)
  for (const session of others) await expectWhole(session, 2)
})

it('a duplicate, a used key, an abandoned session and an oversized event are refused, and the others written', async () => {
  const [twin, used, abandoned, large, ...others] = (await sessions(7)) as [string, string, string, string]
  await requestConcepts(services, twin)
  const key = { idempotencyKey: randomUUID() }
  granted(await send(services, used, 'SubmitFeedback', {}, key))
  await fixture.sql.query(`UPDATE genesis_sessions SET status = 'ABANDONED' WHERE id = $1`, [abandoned])
  const { outcomes } = await together([
    () => send(services, twin, 'RequestConceptGeneration'),
    () => send(services, used, 'SubmitFeedback', {}, key),
    () => send(services, abandoned, 'SubmitFeedback'),
    () => send(services, large, 'SubmitFeedback', { feedback: 'x'.repeat(2_000) }),
    ...others.map((session: string) => () => send(services, session, 'SubmitFeedback')),
  ])
  expect(await Promise.all(outcomes)).toEqual([
    'DUPLICATE_COMMAND',
    'replayed',
    'SESSION_NOT_ACTIVE',
    'PAYLOAD_TOO_LARGE',
    ...others.map(() => 'done'),
  ])
  for (const session of [twin, used, ...others]) await expectWhole(session, 2)
  for (const session of [abandoned, large]) await expectWhole(session, 1)
})

it('a session whose row is locked keeps the others waiting for a moment only', async () => {
  const [locked, ...others] = (await sessions(4)) as [string, ...string[]]
  const holder = await fixture.sql.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM genesis_sessions WHERE id = $1 FOR UPDATE', [locked])
  const { outcomes } = await together(
    [locked, ...others].map((session) => () => send(services, session, 'SubmitFeedback')),
  )
  const [late, ...early] = outcomes
  expect(await Promise.all(early)).toEqual(others.map(() => 'done'))
  expect(await Promise.race([late, Promise.resolve('waiting')])).toBe('waiting')
  await letGo(holder)
  expect(await late).toBe('done')
  for (const session of [locked, ...others]) await expectWhole(session, 2)
})

describe('when the connection of several is lost', () => {
  const keyed = (all: readonly string[]) =>
    all.map((session) => () => send(services, session, 'SubmitFeedback', {}, { idempotencyKey: 'k' }))

  it('ended by the server before it was done, none is written, and each key carries its command out', async () => {
    const all = await sessions(5)
    const before = new Map<string, unknown>()
    const { outcomes } = await together(keyed(all), async () => {
      before.set('all', await snapshotOf(fixture.sql))
      await fixture.sql.query(`SELECT pg_terminate_backend(pid) ${WAITING}`)
    })
    expect(await Promise.all(outcomes)).toEqual(Array(5).fill('OUTCOME_UNKNOWN'))
    expect(await snapshotOf(fixture.sql)).toEqual(before.get('all'))
    for (const command of keyed(all)) expect(await outcomeOf(command())).toBe('done')
  })

  it('after it was done, all are written, and each key gives its answer', async () => {
    const all = await sessions(5)
    const { outcomes } = await together(keyed(all), () => {
      // The statement has passed; its answer will not.
      proxy.cutAnswers = true
      return Promise.resolve()
    })
    expect(await Promise.all(outcomes)).toEqual(Array(5).fill('OUTCOME_UNKNOWN'))
    proxy.cutAnswers = false
    await eventually(async () => (await fixture.rows.inbox(all[0]!)).length === 2)
    expect(await transactionsOf(all)).toBe(1)
    for (const command of keyed(all)) expect(await outcomeOf(command())).toBe('replayed')
    for (const session of all) await expectWhole(session, 2)
  })
})
