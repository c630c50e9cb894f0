/** What a stream does when connections, readers and processes fail, on a real PostgreSQL. */
import { eventually } from '@infinite-scribe/testing'
import { openTcpProxy } from '../database/tcp-proxy.test'
import { isRefusal } from '../outcome'
import { AGENT, granted, openSession, requestConcepts } from '../service-fixture.test'
import { Reader, StreamFixture, type Replica } from './streams.kit.test'

let fixture: StreamFixture

beforeAll(async () => {
  fixture = await StreamFixture.open()
})
afterAll(() => fixture.close())

const fifty = Array.from({ length: 50 }, (_, index) => index + 1)
const inAnHour = (): number => Date.now() / 1000 + 3600

/** Fifty events of two thousand bytes. */
async function fillUp(session: string): Promise<void> {
  for (const version of fifty)
    await fixture.append(session, fixture.sql, { version, filler: 'x'.repeat(2_000) })
}

function terminateTails(): Promise<unknown> {
  return fixture.sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'api-gateway stream'`,
  )
}

describe('when the connection to PostgreSQL is lost', () => {
  it('goes on without a gap and without a repeat, and the streams stay open', async () => {
    const replica = fixture.replica({ batchSize: 20 })
    const session = await fixture.newSession('ann')
    const [ofUser, ofSession] = [await replica.read('ann'), await replica.read('ann', { sessionId: session })]
    for (const version of fifty) {
      await fixture.appendAndWake(session)
      if (version % 10 === 5) await terminateTails()
    }
    await fixture.expectShown(ofUser, session, fifty)
    await fixture.expectShown(ofSession, session, fifty)
    expect(ofUser.out.destroyed).toBe(false)
    expect(fixture.failures.length).toBeGreaterThan(0)
    ofUser.cut()
    ofSession.cut()
  })

  it('shows the progress that was reported meanwhile', async () => {
    const writer = fixture.writer()
    const session = await openSession(writer)
    const { taskId } = await requestConcepts(writer, session)
    const reader = await fixture.replica().read('owner')
    granted(await writer.tasks.progress(AGENT, taskId, { progress: 10 }))
    await eventually(() => reader.progress.length > 0)
    // No signal tells of this one.
    await fixture.sql.query('UPDATE async_tasks SET progress = 55 WHERE id = $1', [taskId])
    await terminateTails()
    await eventually(() => reader.progress.some((report) => (report as { progress: number }).progress === 55))
    reader.cut()
  })

  it('answers SERVICE_UNAVAILABLE, at once while PostgreSQL refuses connections, else when patience is over', async () => {
    const url = new URL(fixture.url)
    url.port = '1'
    const away = fixture.replica({ patienceMs: 600_000, reconnectMs: 600_000 }, url.href)
    // The second comes while the tail waits for its next try to connect.
    for (let tries = 0; tries < 2; tries += 1)
      await expect(away.open('ann')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })

    const proxy = await openTcpProxy(fixture.gatewayUrl)
    proxy.blackHole = true
    const silent = fixture.replica({ patienceMs: 100 }, proxy.url)
    await expect(silent.open('ann')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    await proxy.close()
  })
})

describe('when another database answers under the same name', () => {
  it('ends the streams, and refuses their positions', async () => {
    const [lost, restored] = [await StreamFixture.open(), await StreamFixture.open()]
    const replica = lost.replica()
    const reader = await replica.read('ann')
    const position = await eventually(() => reader.position)
    let ended = false
    reader.out.once('end', () => (ended = true))
    const nameOf = (fixtureOf: StreamFixture): string => new URL(fixtureOf.url).pathname.slice(1)
    await Promise.all([lost.sql.end(), restored.sql.end()])
    // Renaming needs the database for itself, and the tail is quick to come back.
    const rename = (from: string, to: string) =>
      eventually(async () => {
        await fixture.sql.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          from,
        ])
        return fixture.sql.query(`ALTER DATABASE ${from} RENAME TO ${to}`)
      })
    await rename(nameOf(lost), `${nameOf(lost)}_old`)
    await rename(nameOf(restored), nameOf(lost))
    await eventually(() => ended)
    const answer = await eventually(() => replica.open('ann', { lastEventId: position }))
    expect(isRefusal(answer) && answer.code).toBe('INVALID_LAST_EVENT_ID')
    await fixture.sql.query(`DROP DATABASE ${nameOf(lost)}_old WITH (FORCE)`)
    await lost.close()
  })
})

describe('a reader', () => {
  let replica: Replica
  beforeAll(() => {
    replica = fixture.replica({ maxWaitingBytes: 20_000, heartbeatMs: 30 })
  })

  it('that is too slow for what happens is dropped with a bounded buffer, and resumes', async () => {
    const session = await fixture.newSession('bob')
    const slow = await replica.read('bob')
    await fixture.appendAndWake(session)
    await fixture.expectShown(slow, session, [1])
    slow.out.pause()
    let waiting = 0
    for (const version of fifty) {
      await fixture.appendAndWake(session, { version, filler: 'x'.repeat(2_000) })
      waiting = Math.max(waiting, slow.out.writableLength)
    }
    await eventually(() => slow.out.destroyed)
    expect(waiting).toBeLessThanOrEqual(20_000)
    expect(slow.shown).toEqual([`${session}:1`])
    const resumed = await replica.read('bob', { lastEventId: slow.position! })
    await fixture.expectShown(
      resumed,
      session,
      fifty.map((version) => version + 1),
    )
    resumed.cut()
  })

  it('that takes its time to catch up is waited for, in memory for one page', async () => {
    const session = await fixture.newSession('cy')
    const beginning = await replica.read('cy')
    await eventually(() => beginning.position)
    await fillUp(session)
    await fixture.wake()
    const opened = await fixture.replica().open('cy', { lastEventId: beginning.frames[0]!.id! })
    if (isRefusal(opened)) throw new Error(opened.code)
    const reader = new Reader()
    const running = opened.run(reader.out)
    await eventually(() => reader.out.writableNeedDrain)
    expect(reader.out.writableLength).toBeLessThan(40_000)
    reader.listen()
    await running
    await fixture.expectShown(reader, session, fifty)
    reader.cut()
    beginning.cut()
  })

  it('that takes nothing while it should catch up is dropped', async () => {
    const session = await fixture.newSession('dee')
    const beginning = await replica.read('dee')
    await eventually(() => beginning.position)
    await fillUp(session)
    const impatient = fixture.replica({ stuckMs: 50, heartbeatMs: 30 })
    const opened = await impatient.open('dee', { lastEventId: beginning.frames[0]!.id! })
    if (isRefusal(opened)) throw new Error(opened.code)
    const stuck = new Reader()
    void opened.run(stuck.out)
    await eventually(() => stuck.out.destroyed)
    beginning.cut()
  })

  it('hears a heartbeat', async () => {
    const reader = await replica.read('eve')
    await eventually(() => reader.frames.filter(({ comment }) => comment === 'heartbeat').length >= 2)
    reader.cut()
  })

  it('gets what happens while it catches up, once, however much that is', async () => {
    const session = await fixture.newSession('fay')
    const beginning = await replica.read('fay')
    await eventually(() => beginning.position)
    await fillUp(session)
    const opened = await replica.open('fay', { lastEventId: beginning.frames[0]!.id! })
    if (isRefusal(opened)) throw new Error(opened.code)
    const reader = new Reader()
    void opened.run(reader.out)
    // More than may be held: 20 kB.
    await fillUp(session)
    await fixture.wake()
    reader.listen()
    await eventually(() => reader.shown.length >= 100)
    expect(reader.shown).toEqual(Array.from({ length: 100 }, (_, index) => `${session}:${index + 1}`))
    reader.cut()
    beginning.cut()
  })
})

describe('the end of a stream', () => {
  it('comes at the moment when its token expires', async () => {
    const replica = fixture.replica()
    const long = await replica.read('gus')
    const expiresAt = Date.now() + 3_000
    const short = await replica.read('gus', { expiresAtSeconds: expiresAt / 1000 })
    let endedAt = 0
    short.out.once('end', () => (endedAt = Date.now()))
    await eventually(() => endedAt)
    // Less what a timer may be early.
    expect(endedAt).toBeGreaterThanOrEqual(expiresAt - 5)
    expect(long.out.writableEnded).toBe(false)
    long.cut()
  })

  it('comes at once, and frees the seat, when its token expired while it was opened', async () => {
    const replica = fixture.replica({ maxStreamsOfUser: 1 })
    const late = await replica.read('hob', { expiresAtSeconds: Date.now() / 1000 - 2 })
    await eventually(() => late.out.closed)
    expect([late.out.writableFinished, late.frames]).toEqual([true, []])
    await eventually(async () => !isRefusal(await replica.open('hob')))
  })

  it('comes for all at a shutdown, as the end of a whole response, and new ones are refused', async () => {
    const replica = fixture.replica()
    const readers = [await replica.read('hal'), await replica.read('ivy')]
    const ended = readers.map(({ out }) => new Promise((resolve) => out.once('end', resolve)))
    replica.streams.endAll()
    await Promise.all(ended)
    await expect(replica.open('hal')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' })
  })

  it('frees the seat of its user', async () => {
    const replica = fixture.replica({ maxStreamsOfUser: 2 })
    const [first, second] = [await replica.read('joe'), await replica.read('joe')]
    const third = await replica.open('joe')
    expect(isRefusal(third) && third.code).toBe('TOO_MANY_STREAMS')
    expect(isRefusal(await replica.open('kim', { expiresAtSeconds: inAnHour() }))).toBe(false)
    first.cut()
    await eventually(async () => !isRefusal(await replica.open('joe')))
    second.cut()
  })
})

describe('with nobody reading', () => {
  it('PostgreSQL is asked nothing', async () => {
    const replica = fixture.replica({ pollMs: 20 })
    const reader = await replica.read('lea')
    await eventually(() => reader.position)
    reader.cut()
    const asked = async (): Promise<string> => {
      const { rows } = await fixture.sql.query<{ at: string }>(
        `SELECT max(query_start)::text AS at FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'api-gateway stream'`,
      )
      return rows[0]!.at
    }
    // The same answer over ten polls: nothing was asked between.
    await eventually(async () => {
      const before = await asked()
      await new Promise((resolve) => setTimeout(resolve, 200))
      return (await asked()) === before
    })
  })
})
