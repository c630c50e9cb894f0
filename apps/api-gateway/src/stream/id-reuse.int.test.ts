/**
 * Transaction ids that a crashed server gives out again. What such a crash leaves behind is a snapshot whose xmax is
 * ahead of the server's next id; here xmax is set ahead by hand.
 */
import { eventually } from '@infinite-scribe/testing'
import { UnitOfWork } from '../commands/unit-of-work'
import { connectDatabase } from '../database/connect'
import { isRefusal } from '../outcome'
import { Checkpoints } from './checkpoints'
import { readMissedIds } from './read-missed-events'
import { readNewEvents, readRestOfBatch } from './read-new-events'
import type { Shown } from './shown'
import { Snapshot } from './snapshot'
import { StreamFixture, type Replica } from './streams.kit.test'
import { positionScope, readUserPosition, writeUserPosition, type UserPosition } from './user-position'
import { writeVarint } from './varint'

let fixture: StreamFixture
let replica: Replica
let knex: ReturnType<typeof connectDatabase>
let database: string
beforeAll(async () => {
  fixture = await StreamFixture.open()
  replica = fixture.replica({ batchSize: 2 })
  knex = connectDatabase({ databaseUrl: fixture.gatewayUrl, databasePoolMax: 1 }, () => undefined)
  const { rows } = await fixture.sql.query<{ database: string }>(
    `SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid AS database
       FROM pg_database WHERE datname = current_database()`,
  )
  database = rows[0]!.database
})
afterAll(async () => {
  await knex.destroy()
  await fixture.close()
})

/** As if ids had been given out that the crash forgot: a thousand, which the next writers get again. */
const before = ({ snapshot: { xmin, xmax, running }, highestId }: Shown): Shown => ({
  snapshot: Snapshot.of(xmin, xmax + 1_000n, running)!,
  highestId,
})

function changed(user: string, text: string, change: (position: UserPosition) => UserPosition): string {
  const scope = positionScope(database, user)
  return writeUserPosition(scope, change(readUserPosition(scope, text)!))
}

function writtenAtFirst(scope: Buffer, { xmin, xmax, running }: Snapshot, floor: bigint): string {
  const bytes = [2, ...scope]
  const steps = running.map((xid, index) => xid - (running[index - 1] ?? xmin))
  for (const number of [floor, xmin, xmax - xmin, BigInt(running.length), ...steps])
    writeVarint(bytes, number)
  return Buffer.from(bytes).toString('base64url')
}

/** Has so many ids given out. */
async function passIds(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await fixture.sql.query('SELECT pg_current_xact_id()')
}

/** Everything up to now, as a snapshot from before a crash. */
async function everything(): Promise<Shown> {
  const { rows } = await fixture.sql.query<{ snapshot: string; highest: string }>(
    'SELECT pg_current_snapshot()::text AS snapshot, coalesce((SELECT max(id) FROM domain_events), 0) AS highest',
  )
  return before({ snapshot: Snapshot.parse(rows[0]!.snapshot), highestId: BigInt(rows[0]!.highest) })
}

describe('a position from before a crash', () => {
  it('shows the event that was written with an id given out again, and from there goes on as ever', async () => {
    const session = await fixture.newSession('ann')
    const reader = await replica.read('ann')
    await fixture.appendAndWake(session)
    await fixture.expectShown(reader, session, [1])
    const position = changed('ann', reader.position!, ({ seen, floor }) => ({ seen: before(seen), floor }))
    await fixture.append(session)
    const resumed = await replica.read('ann', { lastEventId: position })
    await fixture.expectShown(resumed, session, [2])
    await fixture.append(session)
    // The server is beyond all the ids that it gave out twice.
    await passIds(1_000)
    const again = await replica.read('ann', { lastEventId: position })
    await fixture.expectShown(again, session, [2, 3])
    const on = await replica.read('ann', { lastEventId: resumed.events[0]!.id! })
    await fixture.expectShown(on, session, [3])
    for (const stream of [reader, resumed, again, on]) stream.cut()
  })

  it.each([
    ['before', (seen: Shown) => before(seen)],
    ['after', (seen: Shown) => seen],
  ])('in the middle of a batch that began %s it shows the rest and the event', async (_when, begun) => {
    const session = await fixture.newSession('bob')
    const reader = await replica.read('bob')
    await eventually(() => reader.position)
    const burst = await fixture.begin()
    for (let version = 1; version <= 5; version += 1) await fixture.append(session, burst.client)
    await burst.commit()
    await fixture.wake()
    await fixture.expectShown(reader, session, [1, 2, 3, 4, 5])
    const middle = changed('bob', reader.events[1]!.id!, ({ seen, partly, floor }) => ({
      seen: begun(seen),
      partly: { shown: before(partly!.shown), upTo: partly!.upTo },
      floor,
    }))
    await fixture.append(session)
    const resumed = await replica.read('bob', { lastEventId: middle })
    await fixture.expectShown(resumed, session, [3, 4, 5, 6])
    reader.cut()
    resumed.cut()
  })

  it('that was written at first, without the highest id, is good while its snapshot is not of the future', async () => {
    const session = await fixture.newSession('eve')
    const reader = await replica.read('eve')
    await fixture.appendAndWake(session)
    await fixture.expectShown(reader, session, [1])
    const scope = positionScope(database, 'eve')
    const { seen, floor } = readUserPosition(scope, reader.position!)!
    await fixture.append(session)
    const resumed = await replica.read('eve', { lastEventId: writtenAtFirst(scope, seen.snapshot, floor) })
    await fixture.expectShown(resumed, session, [2])
    const later = await replica.open('eve', {
      lastEventId: writtenAtFirst(scope, before(seen).snapshot, floor),
    })
    expect(isRefusal(later) && later.code).toBe('INVALID_LAST_EVENT_ID')
    reader.cut()
    resumed.cut()
  })

  it('is refused where events are gone that it had seen: the database was set back', async () => {
    const reader = await replica.read('cy')
    await eventually(() => reader.position)
    const position = changed('cy', reader.position!, ({ seen, floor }) => ({
      seen: { ...seen, highestId: seen.highestId + 1n },
      floor,
    }))
    const answer = await replica.open('cy', { lastEventId: position })
    expect(isRefusal(answer) && answer.code).toBe('INVALID_LAST_EVENT_ID')
    reader.cut()
  })
})

it('a moment from before a crash shows none of the events after it, and the next moment does', async () => {
  const session = await fixture.newSession('dee')
  const since = await everything()
  await fixture.append(session)
  const until = await everything()
  await fixture.append(session)
  const { rows } = await fixture.sql.query<{ id: string }>(
    'SELECT id FROM domain_events WHERE aggregate_id = $1 ORDER BY id',
    [session],
  )
  const [first, second] = rows.map(({ id }) => BigInt(id))
  const { client } = await fixture.begin()
  const idsOf = ({ events }: { events: readonly { id: bigint }[] }) => events.map(({ id }) => id)
  const rest = await readRestOfBatch(client, { since, until, after: 0n }, null, 10)
  expect(idsOf(rest)).toEqual([first])
  const next = await readNewEvents(client, until, new Checkpoints(0n), null, { limit: 10, takeXid: false })
  expect(idsOf(next)).toEqual([second])
  const missed = await new UnitOfWork(knex).readOne((db) =>
    readMissedIds(db, 'dee', { since, until, after: 0n }, 10),
  )
  expect(missed).toEqual([String(first)])
})
