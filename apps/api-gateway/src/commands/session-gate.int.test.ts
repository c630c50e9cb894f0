/** The gate of a session: who finds it closed stands in line, and nobody can keep it closed for ever. */
import { eventually } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { connectDatabase, DATABASE_TIMEOUTS } from '../database/connect'
import { granted, openFixture, openSession, send, type Fixture } from '../service-fixture.test'
import { advanceSession } from './advance-session'
import { loadSession } from './load-session'
import { behindGate } from './session-gate'
import { UnitOfWork } from './unit-of-work'

let fixture: Fixture
let knex: ReturnType<typeof connectDatabase>
let other: Client
beforeAll(async () => {
  fixture = await openFixture()
  knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 2 }, () => undefined)
  other = new Client({ connectionString: fixture.url })
  await other.connect()
})
afterAll(async () => {
  await other.end()
  await knex.destroy()
  await fixture.close()
})

const waiting = () =>
  eventually(
    async () =>
      (
        await fixture.sql.query(
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        )
      ).rowCount,
  )

it('a command that finds it closed goes on when it is opened', async () => {
  const session = await openSession(fixture.services)
  await other.query('SELECT pg_advisory_lock(hashtextextended($1::text, 0))', [session])
  const answer = send(fixture.services, session, 'SubmitFeedback')
  await waiting()
  expect(await fixture.rows.inbox(session)).toEqual([])
  await other.query('SELECT pg_advisory_unlock_all()')
  granted(await answer)
  // A session of its own goes its own way; and nothing of the gate is left on the pooled connections.
  const { rowCount } = await fixture.sql.query(
    `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database =
       (SELECT oid FROM pg_database WHERE datname = current_database())`,
  )
  expect(rowCount).toBe(0)
})

it('a command that is under way keeps it from closing until it has committed', async () => {
  const session = await openSession(fixture.services)
  const order: string[] = []
  const closing = { it: undefined as Promise<unknown> | undefined }
  await new UnitOfWork(knex).write(async (tx) => {
    await loadSession(tx, session, 'owner')
    closing.it = behindGate(knex, session, () => Promise.resolve(order.push('closed')))
    await waiting()
    order.push('committed')
  })
  await closing.it
  expect(order).toEqual(['committed', 'closed'])
})

it('a wait in line that is too long is a conflict, and leaves the connection as it was', async () => {
  const session = await openSession(fixture.services)
  await other.query('SELECT pg_advisory_lock(hashtextextended($1::text, 0))', [session])
  const impatient = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined, {
    ...DATABASE_TIMEOUTS,
    statementMs: 500,
  })
  try {
    await expect(
      new UnitOfWork(impatient).write((tx) => loadSession(tx, session, 'owner'), session),
    ).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT', message: 'The session was busy for too long' })
    await other.query('SELECT pg_advisory_unlock_all()')
    expect(await new UnitOfWork(impatient).write((tx) => loadSession(tx, session, 'owner'))).toMatchObject({
      version: 1,
    })
  } finally {
    await other.query('SELECT pg_advisory_unlock_all()')
    await impatient.destroy()
  }
})

it('any other statement that takes too long is no conflict', async () => {
  const session = await openSession(fixture.services)
  const impatient = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 1 }, () => undefined, {
    ...DATABASE_TIMEOUTS,
    statementMs: 500,
  })
  const slow = new UnitOfWork(impatient).write(async (tx) => {
    await tx.raw('SELECT pg_sleep(5)')
  }, session)
  await expect(slow).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  await impatient.destroy()
})

it('is opened by the server when the process that closed it has stopped', async () => {
  const session = await openSession(fixture.services)
  const frozen = { closed: false, end: () => undefined as unknown }
  const stopped = behindGate(
    knex,
    session,
    () =>
      new Promise((resolve) => {
        frozen.closed = true
        frozen.end = () => resolve(undefined)
      }),
  )
  await eventually(() => frozen.closed)
  granted(await send(fixture.services, session, 'SubmitFeedback'))
  frozen.end()
  await stopped
  // The connection that was ended is not given to the next.
  expect(await new UnitOfWork(knex).write((tx) => loadSession(tx, session, 'owner'))).toMatchObject({
    version: 2,
  })
})

it('the fence refuses who decided on an older version', async () => {
  const session = await openSession(fixture.services)
  const unitOfWork = new UnitOfWork(knex)
  const head = (await unitOfWork.write((tx) => loadSession(tx, session, 'owner')))!
  granted(await send(fixture.services, session, 'SubmitFeedback'))
  const event = { event_id: session, aggregate_version: 2 } as never
  await expect(unitOfWork.write((tx) => advanceSession(tx, head, head.state, [event]))).rejects.toThrow(
    'is not at version 1',
  )
  expect(await fixture.rows.session(session)).toMatchObject({ version: 2 })
})
