/** What a stream shows, on a real PostgreSQL. */
import { createTestDatabase, eventually } from '@infinite-scribe/testing'
import { isRefusal } from '../outcome'
import { sessionPosition } from './session-position'
import { StreamFixture, type Replica } from './streams.kit.test'

let fixture: StreamFixture
let replica: Replica

beforeAll(async () => {
  fixture = await StreamFixture.open()
  replica = fixture.replica()
})
afterAll(() => fixture.close())

describe('a stream without a position', () => {
  it('shows what happens from now on, in the sessions of its user alone', async () => {
    const mine = await fixture.newSession('ann')
    const other = await fixture.newSession('bob')
    await fixture.appendAndWake(mine)
    const reader = await replica.read('ann')
    await fixture.appendAndWake(other)
    await fixture.appendAndWake(mine, { feedback: 'naïve\n"quoted"' })
    await fixture.expectShown(reader, mine, [2])
    const { rows } = await fixture.sql.query(
      'SELECT * FROM domain_events WHERE aggregate_id = $1 AND aggregate_version = 2',
      [mine],
    )
    const { created_at, ...columns } = rows[0]
    delete columns.id
    expect(reader.events[0]).toEqual({
      id: reader.position,
      event: 'Genesis.Session.FeedbackSubmitted',
      data: { ...columns, created_at: created_at.toISOString() },
    })
    reader.cut()
  })

  it('begins with a retry time and a position that resumes where it began', async () => {
    const session = await fixture.newSession('cy')
    const reader = await replica.read('cy')
    await eventually(() => reader.frames.length > 0)
    const [opening] = reader.frames
    expect(Number(opening!.retry)).toBeGreaterThanOrEqual(2000)
    expect(opening!.data).toBeUndefined()
    reader.cut()
    await fixture.append(session)
    const resumed = await replica.read('cy', { lastEventId: opening!.id! })
    await fixture.expectShown(resumed, session, [1])
    resumed.cut()
  })

  it('of one session shows that session alone', async () => {
    const one = await fixture.newSession('dee')
    const two = await fixture.newSession('dee')
    const reader = await replica.read('dee', { sessionId: one })
    await fixture.appendAndWake(two)
    await fixture.appendAndWake(one)
    await fixture.expectShown(reader, one, [1])
    expect(reader.position).toBe(sessionPosition(one, 1))
    reader.cut()
  })
})

describe('order and completeness', () => {
  it('shows an event whose id is lower and whose commit is later', async () => {
    const early = await fixture.newSession('eve')
    const late = await fixture.newSession('eve')
    const reader = await replica.read('eve')
    const slow = await fixture.begin()
    await fixture.append(late, slow.client)
    await fixture.appendAndWake(early)
    await fixture.expectShown(reader, early, [1])
    const before = reader.position
    await slow.commit()
    await fixture.wake()
    await eventually(() => reader.shown.length === 2)
    expect(reader.shown).toEqual([`${early}:1`, `${late}:1`])
    const again = await replica.read('eve', { lastEventId: before! })
    await fixture.expectShown(again, late, [1])
    reader.cut()
    again.cut()
  })

  it('shows an event of a transaction that was younger but took its id first', async () => {
    // The older transaction commits first, so that the younger one stands at or above the snapshot's xmax.
    const older = await fixture.newSession('fay')
    const younger = await fixture.newSession('fay')
    const reader = await replica.read('fay')
    const first = await fixture.begin()
    await first.client.query('SELECT pg_current_xact_id()')
    const second = await fixture.begin()
    await fixture.append(younger, second.client)
    await fixture.append(older, first.client)
    await first.commit()
    await fixture.wake()
    await fixture.expectShown(reader, older, [1])
    const between = reader.position!
    await second.commit()
    await fixture.wake()
    await eventually(() => reader.shown.length === 2)
    const again = await replica.read('fay', { lastEventId: between })
    await fixture.expectShown(again, younger, [1])
    reader.cut()
    again.cut()
  })

  it('waits for no stranger who writes for a minute, here or in another database of the server', async () => {
    const elsewhere = await createTestDatabase()
    const strangers = [await fixture.begin(), await fixture.begin(elsewhere.url)]
    const writing = strangers.map(async ({ client }) => {
      await client.query('CREATE TABLE stranger AS SELECT 1')
      return client.query('SELECT pg_sleep(60)')
    })
    const session = await fixture.newSession('gus')
    const reader = await replica.read('gus')
    for (let version = 1; version <= 5; version += 1) {
      await fixture.appendAndWake(session)
      await eventually(() => reader.shown.length === version)
    }
    const resumed = await replica.read('gus', { lastEventId: reader.frames[0]!.id! })
    await fixture.expectShown(resumed, session, [1, 2, 3, 4, 5])
    // Both were writing all the while; nobody has to wait for the rest of their minute.
    const { rowCount } = await fixture.sql.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)'
          AND datname = ANY ($1) AND backend_xid IS NOT NULL`,
      [[fixture.url, elsewhere.url].map((url) => new URL(url).pathname.slice(1))],
    )
    expect(rowCount).toBe(2)
    await Promise.allSettled(writing)
    for (const stranger of strangers) await stranger.commit()
    await elsewhere.drop()
    reader.cut()
    resumed.cut()
  })

  it('waits for no writer that was under way when it began, and shows what that writes', async () => {
    const [early, late] = [await fixture.newSession('gil'), await fixture.newSession('gil')]
    const slow = await fixture.begin()
    await fixture.append(late, slow.client)
    const fresh = fixture.replica()
    const reader = await fresh.read('gil')
    await fixture.appendAndWake(early)
    await fixture.expectShown(reader, early, [1])
    await slow.commit()
    await fixture.wake()
    await eventually(() => reader.shown.length === 2)
    expect(reader.shown).toEqual([`${early}:1`, `${late}:1`])
    reader.cut()
  })

  it('is the same where there are too many readers to name them all', async () => {
    const crowded = fixture.replica({ maxNamed: 1 })
    const [mine, other] = [await fixture.newSession('mia'), await fixture.newSession('ned')]
    const readers = [await crowded.read('mia'), await crowded.read('ned'), await crowded.read('bob')]
    for (const session of [mine, other, await fixture.newSession('nobody who reads')])
      await fixture.appendAndWake(session)
    await fixture.expectShown(readers[0]!, mine, [1])
    await fixture.expectShown(readers[1]!, other, [1])
    expect(readers[2]!.shown).toEqual([])
    for (const reader of readers) reader.cut()
  })

  it('sees within the safety poll what nobody signalled', async () => {
    const quick = fixture.replica({ pollMs: 100 })
    const session = await fixture.newSession('hal')
    const reader = await quick.read('hal')
    await fixture.append(session)
    await fixture.expectShown(reader, session, [1])
    reader.cut()
  })

  it('shows a batch of more rows than one answer holds once, and resumes in its middle', async () => {
    const narrow = fixture.replica({ batchSize: 7 })
    const session = await fixture.newSession('ivy')
    const reader = await narrow.read('ivy')
    const burst = await fixture.begin()
    for (let version = 1; version <= 40; version += 1) await fixture.append(session, burst.client)
    await burst.commit()
    await fixture.wake()
    const all = Array.from({ length: 40 }, (_, index) => index + 1)
    await fixture.expectShown(reader, session, all)
    for (const at of [0, 6, 7, 20, 38]) {
      const resumed = await replica.read('ivy', { lastEventId: reader.events[at]!.id! })
      await fixture.expectShown(resumed, session, all.slice(at + 1))
      resumed.cut()
    }
    reader.cut()
  })
})

describe('positions', () => {
  it('are refused by another filter, another user, or when they are none', async () => {
    const session = await fixture.newSession('joe')
    const other = await fixture.newSession('joe')
    await fixture.appendAndWake(session)
    const ofUser = await replica.read('joe')
    await eventually(() => ofUser.position)
    const ofSession = sessionPosition(session, 1)
    const refused = async (user: string, lastEventId: string, sessionId?: string) => {
      const answer = await replica.open(user, { lastEventId, ...(sessionId && { sessionId }) })
      return isRefusal(answer) ? answer.code : 'opened'
    }
    expect(await refused('joe', ofUser.position!, session)).toBe('INVALID_LAST_EVENT_ID')
    expect(await refused('kim', ofUser.position!)).toBe('INVALID_LAST_EVENT_ID')
    expect(await refused('joe', ofSession)).toBe('INVALID_LAST_EVENT_ID')
    expect(await refused('joe', ofSession, other)).toBe('INVALID_LAST_EVENT_ID')
    expect(await refused('joe', sessionPosition(session, 2), session)).toBe('INVALID_LAST_EVENT_ID')
    expect(await refused('kim', ofSession, session)).toBe('SESSION_NOT_FOUND')
    for (const text of ['', '1', 'x'.repeat(20_000), `${ofUser.position}A`, ofUser.position!.slice(0, -4)])
      expect(await refused('joe', text)).toBe('INVALID_LAST_EVENT_ID')
    ofUser.cut()
  })

  it('mean nothing in another database', async () => {
    const reader = await replica.read('lea')
    await eventually(() => reader.position)
    const elsewhere = await StreamFixture.open()
    const answer = await elsewhere.replica().open('lea', { lastEventId: reader.position! })
    expect(isRefusal(answer) && answer.code).toBe('INVALID_LAST_EVENT_ID')
    await elsewhere.close()
    reader.cut()
  })
})
