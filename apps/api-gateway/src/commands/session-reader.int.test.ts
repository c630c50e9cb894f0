/** Sessions read together: each asker is told of its own. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { connectDatabase } from '../database/connect'
import { ConnectionRefusedError } from '../database/faults'
import type { Queryable } from '../database/statement'
import { openTcpProxy, type Fate, type TcpProxy } from '../database/tcp-proxy.test'
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

it('what is wrong with one of them is told to that one alone', async () => {
  const session = await openSession(fixture.services)
  const { reader } = counted()
  const read = await Promise.allSettled([reader.read('no-uuid', 'owner'), reader.read(session, 'owner')])
  expect(read).toMatchObject([
    { reason: { code: '22P02' } },
    { status: 'fulfilled', value: { sessionId: session } },
  ])
})

describe('by way of a bad connection', () => {
  const POOL = 10
  let proxy: TcpProxy
  let pool: Knex
  let reader: SessionReader
  beforeEach(async () => {
    proxy = await openTcpProxy(fixture.url)
    pool = connectDatabase({ databaseUrl: proxy.url, databasePoolMax: POOL }, () => undefined)
    reader = new SessionReader(pool)
  })
  afterEach(async () => {
    await pool.destroy()
    await proxy.close()
  })

  /** Has the next reads, so many, meet this fate. */
  function spoil(reads: number, fate: Fate): void {
    let left = reads
    proxy.decide = (piece) => (piece.includes('load-sessions') && left-- > 0 ? fate : 'pass')
  }

  /** How long each of `reads` took, in milliseconds; they begin one after the other within `withinMs`. */
  async function timesOf(reads: number, withinMs: number): Promise<number[]> {
    const session = await openSession(fixture.services)
    const times: Promise<number>[] = []
    for (let i = 0; i < reads; i++) {
      const begunAt = performance.now()
      const read = reader.read(session, 'owner')
      times.push(
        read.then((found) => {
          expect(found?.sessionId).toBe(session)
          return performance.now() - begunAt
        }),
      )
      if (withinMs > 0) await delay(withinMs / reads)
    }
    return Promise.all(times)
  }

  it('one that is cut costs nobody his answer', async () => {
    spoil(1, 'cut before')
    await timesOf(40, 0)
  })

  it('two that are silent cost those on them a moment, and the others less', async () => {
    spoil(2, 'swallow')
    const times = await timesOf(80, 800)
    expect(Math.max(...times)).toBeLessThan(1_000)
  })
})

it('while no connection can be had everybody is told so, once', async () => {
  const refused = new ConnectionRefusedError(new Error('away'))
  const raw = jest.fn(() => {
    const query = { on: () => query, options: () => Promise.reject(refused) }
    return query
  })
  const reader = new SessionReader({ raw } as unknown as Queryable)
  const all = Array.from({ length: 80 }, () =>
    reader.read(randomUUID(), 'owner').catch((error: unknown) => error),
  )
  expect(new Set(await Promise.all(all))).toEqual(new Set([refused]))
  expect(raw).toHaveBeenCalledTimes(2)
})
