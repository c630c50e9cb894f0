/** Sessions read together: each asker is told of its own. */
import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { connectDatabase } from '../database/connect'
import type { Queryable } from '../database/statement'
import { openFixture, openSession, requestConcepts, type Fixture } from '../service-fixture.test'
import { GateClosedError } from './session-gate'
import { SessionReader } from './session-reader'

let fixture: Fixture
let knex: Knex
beforeAll(async () => {
  fixture = await openFixture()
  knex = connectDatabase({ databaseUrl: fixture.url, databasePoolMax: 3 }, () => undefined)
})
afterAll(async () => {
  await knex.destroy()
  await fixture.close()
})

/** A reader, and how many statements it has sent. */
function counted(): { reader: SessionReader; statements: () => number } {
  const raw = jest.fn((...given: Parameters<Knex['raw']>) => knex.raw(...given))
  return {
    reader: new SessionReader({ raw } as unknown as Queryable),
    statements: () => raw.mock.calls.length,
  }
}

it('reads in one statement what is asked for at once, and gives each its own', async () => {
  const [one, two, strangers] = await Promise.all([
    openSession(fixture.services),
    openSession(fixture.services),
    openSession(fixture.services, 'somebody "else", \\ by {name}'),
  ])
  const { taskId, commandId } = await requestConcepts(fixture.services, two)
  const { reader, statements } = counted()
  const read = await Promise.all([
    reader.read(strangers, 'owner'),
    reader.read(one.toUpperCase(), 'owner'),
    reader.read(randomUUID(), 'owner'),
    reader.read(two, 'owner'),
    reader.read(strangers, 'somebody "else", \\ by {name}'),
  ])
  expect(statements()).toBe(1)
  const openTasks = [{ taskId, commandId, taskType: 'genesis.concept_generation' }]
  expect(read).toEqual([
    undefined,
    expect.objectContaining({
      sessionId: one,
      version: 1,
      state: expect.objectContaining({ openTasks: [] }),
    }),
    undefined,
    expect.objectContaining({ sessionId: two, version: 2, state: expect.objectContaining({ openTasks }) }),
    expect.objectContaining({ sessionId: strangers, version: 1 }),
  ])
})

it('a session that another replica has for itself holds up its own commands alone', async () => {
  const [gated, free] = await Promise.all([openSession(fixture.services), openSession(fixture.services)])
  const holder = await fixture.sql.connect()
  await holder.query('SELECT pg_advisory_lock(hashtextextended($1::text, 0))', [gated])
  const { reader } = counted()
  const read = await Promise.allSettled([gated, free].map((session) => reader.read(session, 'owner')))
  await holder.query('SELECT pg_advisory_unlock_all()')
  holder.release()
  expect(read).toMatchObject([
    { status: 'rejected', reason: expect.any(GateClosedError) },
    { status: 'fulfilled', value: { sessionId: free } },
  ])
})

it('what went wrong with the statement is told to each', async () => {
  const broken = { raw: () => ({ options: () => Promise.reject(new Error('away')) }) } as unknown as Queryable
  const reader = new SessionReader(broken)
  const both = ['a', 'b'].map((owner) => reader.read(randomUUID(), owner))
  expect(await Promise.allSettled(both)).toMatchObject([
    { reason: { message: 'away' } },
    { reason: { message: 'away' } },
  ])
})
