/** What is said, and what is left behind, when PostgreSQL or the way to it fails. */
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { createLogger } from '@infinite-scribe/service-kit'
import { freePort } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { connectDatabase, DATABASE_TIMEOUTS } from '../database/connect'
import type { Queryable } from '../database/statement'
import type { TcpProxy } from '../database/tcp-proxy.test'
import { isRefusal, refuse, ServiceFault } from '../outcome'
import { openProxiedFixture, type ProxiedFixture } from '../proxied-service-fixture.test'
import type { Services } from '../services'
import { AGENT, granted, openSession, requestConcepts, send, snapshotOf } from '../service-fixture.test'
import { UnitOfWork } from './unit-of-work'

const logger = createLogger('test', 'error')
jest.spyOn(logger, 'warn').mockReturnValue(logger)

let fixture: ProxiedFixture
let proxy: TcpProxy
beforeAll(async () => {
  fixture = await openProxiedFixture()
  proxy = fixture.proxy
})
afterAll(() => fixture.close())
afterEach(() => {
  proxy.decide = () => 'pass'
  proxy.blackHole = false
})

const notifier = { eventsWritten: () => undefined, taskProgressed: () => undefined }

/** For tests that wait for a time-out: long enough for what a busy machine should answer, and no longer. */
const IMPATIENT = { connectMs: 1_000, acquireMs: 1_200, queryMs: 1_000, idleInTransactionMs: 2_000 }

/** What spoils nothing that does not wait for a time-out. */
const PATIENT = {
  connectMs: 10_000,
  acquireMs: 10_000,
  statementMs: 10_000,
  queryMs: 10_000,
  idleInTransactionMs: 10_000,
}

const throughProxy = (timeouts = {}, max = 2): Services =>
  fixture.throughProxy({ max, timeouts: { ...PATIENT, ...timeouts }, parts: { notifier } })

async function faultOf(promise: Promise<unknown>): Promise<{ code: unknown; ms: number }> {
  const from = performance.now()
  const error: unknown = await promise.then(
    (value) => value,
    (thrown: unknown) => thrown,
  )
  return { code: error instanceof ServiceFault ? error.code : error, ms: performance.now() - from }
}

/** The statements of a task's end, which is a transaction of several. */
const STATEMENTS = [
  'BEGIN',
  'load-session',
  'close-commands',
  'advance-session',
  'close-task',
  'append-events',
  'save-to-outbox',
]

/** A session and its open task; the statements of their end are prepared by now, and known to the proxy by name. */
async function openTask(services: Services): Promise<string> {
  const [prepared, open] = await Promise.all(
    ['a', 'b'].map(async () => requestConcepts(services, await openSession(services))),
  )
  granted(await services.tasks.complete(AGENT, prepared!.taskId, { result: {} }))
  return open!.taskId
}

describe('a connection that dies under the end of a task', () => {
  it.each(STATEMENTS)('at %s leaves nothing, and the next try works', async (statement) => {
    const services = throughProxy({}, 1)
    const taskId = await openTask(services)
    const end = () => services.tasks.complete(AGENT, taskId, { result: { n: 1 } })
    const before = await snapshotOf(fixture.sql)
    for (const fate of ['cut before', 'cut after'] as const) {
      proxy.decide = (piece) => (piece.includes(statement) ? fate : 'pass')
      expect(await faultOf(end())).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
      expect(await snapshotOf(fixture.sql)).toEqual(before)
      proxy.decide = () => 'pass'
    }
    granted(await end())
    await services.stop()
  })

  it.each(['cut before', 'cut after', 'swallow'] as const)(
    'at its COMMIT (%s) is an unknown outcome, and the same end again settles it',
    async (fate) => {
      const services = throughProxy(fate === 'swallow' ? IMPATIENT : {}, 1)
      const taskId = await openTask(services)
      const end = () => services.tasks.complete(AGENT, taskId, { result: { n: 1 } })
      proxy.decide = (piece) => (piece.includes('COMMIT') ? fate : 'pass')
      expect(await faultOf(end())).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      proxy.decide = () => 'pass'
      expect(granted(await end())).toMatchObject({ status: 'COMPLETED', result: { n: 1 } })
      await services.stop()
    },
  )
})

describe('a connection that dies under a command', () => {
  it.each(['cut before', 'cut after'] as const)(
    'before its one statement was sent (%s) leaves nothing, and the next try works',
    async (fate) => {
      const services = throughProxy({}, 1)
      granted(await send(services, await openSession(services), 'SubmitFeedback'))
      const session = await openSession(services)
      const before = await snapshotOf(fixture.sql)
      proxy.decide = (piece) => (piece.includes('load-session') ? fate : 'pass')
      expect(await faultOf(send(services, session, 'SubmitFeedback'))).toMatchObject({
        code: 'SERVICE_UNAVAILABLE',
      })
      expect(await snapshotOf(fixture.sql)).toEqual(before)
      proxy.decide = () => 'pass'
      granted(await send(services, session, 'SubmitFeedback'))
      await services.stop()
    },
  )

  it.each(['cut before', 'swallow'] as const)(
    'before its statement arrived (%s) is an unknown outcome, and the same key carries the command out once',
    async (fate) => {
      const services = throughProxy(fate === 'swallow' ? IMPATIENT : {}, 1)
      const session = await openSession(services)
      granted(await send(services, session, 'SubmitFeedback'))
      const before = await snapshotOf(fixture.sql)
      const again = () => send(services, session, 'SubmitFeedback', { n: 1 }, { idempotencyKey: 'k' })
      proxy.decide = (piece) => (piece.includes('write-commands') ? fate : 'pass')
      expect(await faultOf(again())).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect(await snapshotOf(fixture.sql)).toEqual(before)
      proxy.decide = () => 'pass'
      expect(granted(await again()).replayed).toBe(false)
      expect(await fixture.rows.inbox(session)).toHaveLength(2)
      await services.stop()
    },
  )

  it('after its statement was done is an unknown outcome, and the same key gives its answer', async () => {
    const services = throughProxy({}, 1)
    const session = await openSession(services)
    granted(await send(services, session, 'SubmitFeedback'))
    const again = () => send(services, session, 'SubmitFeedback', { n: 1 }, { idempotencyKey: 'k' })
    proxy.decide = (piece) => (piece.includes('write-commands') ? 'cut after' : 'pass')
    expect(await faultOf(again())).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    proxy.decide = () => 'pass'
    const [, command] = await fixture.rows.inbox(session)
    expect(await fixture.rows.events(session)).toHaveLength(3)
    expect(await fixture.rows.outbox(session)).toHaveLength(3)
    expect(granted(await again())).toMatchObject({ commandId: command!.id, replayed: true })
    await services.stop()
  })

  it('ended by the server at any statement leaves nothing partial', async () => {
    const services = fixture.replica({ notifier, logger }, { databasePoolMax: 2 })
    const session = await openSession(services)
    const killer = new Client({ connectionString: fixture.url })
    await killer.connect()
    const killing = { done: false, kills: 0 }
    const kill = (async () => {
      while (!killing.done) {
        const { rowCount } = await killer.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'api-gateway' AND state <> 'idle'
              AND random() < 0.2`,
        )
        killing.kills += rowCount ?? 0
      }
    })()
    const outcomes: unknown[] = []
    for (let i = 0; i < 60 || killing.kills < 5; i++) {
      const answer = await send(services, session, 'SubmitFeedback', { i }).catch((error: unknown) => error)
      outcomes.push(answer instanceof ServiceFault ? answer.code : isRefusal(answer) ? answer.code : 'done')
    }
    killing.done = true
    await kill
    await killer.end()
    // Which statements were hit is chance.
    const others = outcomes.filter((o) => o !== 'done')
    expect(['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN']).toEqual(expect.arrayContaining(others))
    expect(others.length).toBeGreaterThan(0)
    const [inbox, events, outbox] = await Promise.all([
      fixture.rows.inbox(session),
      fixture.rows.events(session),
      fixture.rows.outbox(session),
    ])
    expect(
      events
        .slice(1)
        .map((e) => e.correlation_id)
        .sort(),
    ).toEqual(inbox.map((c) => c.id).sort())
    expect(outbox.map((o) => o.id)).toEqual(events.map((e) => e.event_id))
    expect(await fixture.rows.session(session)).toMatchObject({ version: events.length })
    const done = outcomes.filter((o) => o === 'done').length
    const unknown = outcomes.filter((o) => o === 'OUTCOME_UNKNOWN').length
    expect(inbox.length).toBeGreaterThanOrEqual(done)
    expect(inbox.length).toBeLessThanOrEqual(done + unknown)
    await services.stop()
  })
})

describe('a PostgreSQL that does not answer', () => {
  it('is unavailable within its time-out, and its connection is thrown away', async () => {
    const services = throughProxy({ ...IMPATIENT, statementMs: 30_000, idleInTransactionMs: 30_000 }, 1)
    const session = await openSession(services)
    granted(await send(services, session, 'SubmitFeedback'))
    const another = await openSession(services)
    const before = await snapshotOf(fixture.sql)
    const openedBefore = proxy.opened
    // The answer to this very statement comes later than anybody waits for it.
    proxy.decide = (piece) => (piece.includes('load-session') ? 'swallow' : 'pass')
    const { code, ms } = await faultOf(send(services, another, 'SubmitFeedback'))
    expect(code).toBe('SERVICE_UNAVAILABLE')
    expect(ms).toBeLessThan(8_000)
    expect(await snapshotOf(fixture.sql)).toEqual(before)
    proxy.decide = () => 'pass'
    granted(await send(services, session, 'SubmitFeedback'))
    // The read was sent twice.
    expect(proxy.opened).toBe(openedBefore + 2)
    await services.stop()
  })

  it('as a black hole gives 503 and not ready, in time, and serves again when it is back', async () => {
    const services = throughProxy(IMPATIENT)
    const session = await openSession(services)
    proxy.blackHole = true
    const answers = await Promise.all([
      faultOf(send(services, session, 'SubmitFeedback')),
      faultOf(services.sessions.open({ caller: { sub: 'x', scopes: new Set() }, requestId: 'r' })),
      faultOf(services.sessions.state({ sub: 'owner', scopes: new Set() }, session)),
      faultOf(services.tasks.get({ sub: 'owner', scopes: new Set() }, session)),
    ])
    expect(answers.map(({ code }) => code)).toEqual(Array(4).fill('SERVICE_UNAVAILABLE'))
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(8_000)
    expect(await services.readiness.check()).toBe(false)
    proxy.blackHole = false
    granted(await send(services, session, 'SubmitFeedback'))
    expect(await services.readiness.check()).toBe(true)
    await services.stop()
  })

  it('because nobody listens is unavailable at once', async () => {
    const url = new URL(fixture.url)
    url.port = String(await freePort())
    const knex = connectDatabase({ databaseUrl: url.href, databasePoolMax: 2 }, () => undefined, {
      ...DATABASE_TIMEOUTS,
      connectMs: 30_000,
      acquireMs: 30_000,
    })
    const services = fixture.replica({ knex, logger, notifier }, { databaseUrl: url.href })
    const { code, ms } = await faultOf(openSession(services))
    expect(code).toBe('SERVICE_UNAVAILABLE')
    expect(ms).toBeLessThan(8_000)
    expect(await services.readiness.check()).toBe(false)
    await services.stop()
    await knex.destroy()
  })

  it('because its connections, or the pool’s, are all taken is unavailable', async () => {
    const services = throughProxy(IMPATIENT, 1)
    await openSession(services)
    const holder = new Client({ connectionString: fixture.url })
    await holder.connect()
    await holder.query('BEGIN; LOCK TABLE genesis_sessions')
    const asked = Promise.all([
      faultOf(openSession(services)),
      faultOf(services.tasks.get({ sub: 'x', scopes: new Set() }, randomUUID())),
    ])
    // A busy pool is no reason to take the gateway out of service.
    const ready = await services.readiness.check()
    const answers = await asked
    await holder.end()
    expect(ready).toBe(true)
    expect(answers.map(({ code }) => code)).toEqual(Array(2).fill('SERVICE_UNAVAILABLE'))
    await services.stop()
  })
})

it('a server that takes no writes, as an old primary after a failover, is unavailable', async () => {
  const url = new URL(fixture.url)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  const services = fixture.replica({ notifier }, { databaseUrl: url.href })
  expect(await faultOf(openSession(services))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})

it('a transaction whose process has stopped gives its locks back', async () => {
  const frozen = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined, {
    ...PATIENT,
    idleInTransactionMs: 500,
  })
  const session = await openSession(fixture.services)
  const holding = new EventEmitter()
  const held = once(holding, 'held')
  const thawed = once(holding, 'thawed')
  const outcome = faultOf(
    new UnitOfWork(frozen).write(async (tx) => {
      await tx.raw('UPDATE genesis_sessions SET version = 99 WHERE id = ?', [session])
      holding.emit('held')
      await thawed
      await tx.raw('SELECT 1')
    }),
  )
  await held
  // Waits for the lock until the server has ended the frozen one's session.
  granted(await send(fixture.services, session, 'SubmitFeedback'))
  holding.emit('thawed')
  expect(await outcome).toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  expect(await fixture.rows.session(session)).toMatchObject({ version: 2 })
  await frozen.destroy()
})

describe('a unit of work', () => {
  it('runs at REPEATABLE READ', async () => {
    const knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined)
    const unitOfWork = new UnitOfWork(knex)
    const isolation = async (tx: Parameters<Parameters<UnitOfWork['write']>[0]>[0]) =>
      (await tx.raw<{ rows: object[] }>('SHOW transaction_isolation')).rows
    const expected = [{ transaction_isolation: 'repeatable read' }]
    expect(await unitOfWork.write(isolation)).toEqual(expected)
    expect(await unitOfWork.read(isolation)).toEqual(expected)
    await knex.destroy()
  })

  it('rolls back what a refusal wrote', async () => {
    const knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined)
    const before = await snapshotOf(fixture.sql)
    const answer = await new UnitOfWork(knex).write(async (tx) => {
      await tx.raw(`INSERT INTO genesis_sessions (user_id) VALUES ('x')`)
      return refuse('VALIDATION_ERROR', 'no')
    })
    expect(answer).toMatchObject({ code: 'VALIDATION_ERROR' })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
    await knex.destroy()
  })

  it('gives up after ten clashes, of which it tells, and lets a fault of ours through as it is', async () => {
    const knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined)
    const retried = jest.fn()
    const unitOfWork = new UnitOfWork(knex, () => 0, retried)
    for (const sqlstate of ['40001', '40P01']) {
      const attempts = { made: 0 }
      const clash = unitOfWork.write(async (tx) => {
        attempts.made++
        await tx.raw(`DO $$ BEGIN RAISE EXCEPTION 'clash' USING ERRCODE = '${sqlstate}'; END $$`)
      })
      expect(await faultOf(clash)).toMatchObject({ code: 'CONCURRENCY_CONFLICT' })
      expect(attempts.made).toBe(10)
    }
    expect(retried.mock.calls).toEqual(Array(18).fill(['write_conflict']))
    await expect(unitOfWork.write((tx) => tx.raw('SELECT no_such_column'))).rejects.toMatchObject({
      code: '42703',
    })
    await expect(unitOfWork.read((tx) => tx.raw('CREATE TABLE t ()'))).rejects.toMatchObject({
      code: '25006',
    })
    await knex.destroy()
  })

  it('tries again when another writer took the aggregate’s version, and not when an event has its id', async () => {
    const knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined)
    const unitOfWork = new UnitOfWork(knex)
    const session = await openSession(fixture.services)
    const [created] = await fixture.rows.events(session)
    const append = (eventId: string, version: number) => (tx: Queryable) =>
      tx.raw(
        `INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version, payload)
         VALUES (?, ?, 'Genesis.Session.FeedbackSubmitted', 'GENESIS_SESSION', ?, ?, '{}')`,
        [eventId, eventId, session, version],
      )
    const attempts = { made: 0 }
    await unitOfWork.write((tx) => append(randomUUID(), ++attempts.made)(tx))
    expect(attempts.made).toBe(2)
    expect(await fixture.rows.events(session)).toHaveLength(2)
    await expect(unitOfWork.write(append(created!.event_id, 3))).rejects.toMatchObject({
      constraint: 'domain_events_event_id_unique',
    })
    await knex.destroy()
  })
})
