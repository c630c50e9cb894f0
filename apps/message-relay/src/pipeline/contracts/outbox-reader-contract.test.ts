/** What every {@link OutboxReader} promises. */
import { randomUUID } from 'node:crypto'
import type { Renewal, RowRef } from '../ports'
import {
  envelope,
  FAULT,
  heldBy,
  PLENTY,
  SENT,
  whole,
  type NewRow,
  type OutboxUnderTest,
} from './outbox-under-test.test'

export function outboxReaderContract(create: () => Promise<OutboxUnderTest>): void {
  describe('OutboxReader', () => {
    let world: OutboxUnderTest
    let held: Renewal

    beforeEach(async () => {
      world = await create()
      held = await world.relay().renew([])
    })
    afterEach(() => world.close())

    const insert = async (rows: readonly NewRow[]): Promise<RowRef[]> =>
      heldBy(held, await world.insert(rows))
    const read = (more = {}, bounds = PLENTY, except: string[] = [], perLane = 100) =>
      world.outbox.readRange(whole(held, more), perLane, bounds, except)
    const retryAt = (row: RowRef, delayMs: number) =>
      world.outbox.settle([
        { ...row, attempts: 0, settlement: { kind: 'retry', attempts: 1, delayMs, error: FAULT } },
      ])

    it('reads fresh rows in the order of their numbers, with all that publishing needs', async () => {
      const [key] = await world.keysOfOneLane(1)
      const payload = envelope({ event_type: 'A.B.Created', word: '词' })
      const rows = await insert([{ key: key!, payload }, { key: key! }, { key: key! }])
      const found = await read()
      expect(found.rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
      expect(found.rows[0]).toMatchObject({
        ...rows[0],
        key,
        eventType: 'A.B.Created',
        attempts: 0,
        parked: false,
      })
      expect(JSON.parse(found.rows[0]!.value)).toEqual(payload)
      expect(found.rows[0]!.eventId).toBe((payload as { event_id: string }).event_id)
      expect(found.lanes.get(rows[0]!.lane)).toEqual({ readTo: rows[2]!.seq, hasMore: false })
      expect(found.notHeld.size).toBe(0)
    })

    it('says of a payload without an id that it has none, and of an id that is a number what it is', async () => {
      const [key] = await world.keysOfOneLane(1)
      await insert([
        { key: key!, payload: ['no', 'envelope'] },
        { key: key!, payload: { event_id: 5 } },
      ])
      expect((await read()).rows.map(({ eventId }) => eventId)).toEqual([null, '5'])
    })

    it('reads a range: beyond its beginning, up to its end, without what is excepted', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = await insert(Array.from({ length: 5 }, () => ({ key: key! })))
      const seqs = rows.map(({ seq }) => seq)
      const found = await read({ after: seqs[0], upTo: seqs[3] }, PLENTY, [rows[2]!.id])
      expect(found.rows.map(({ seq }) => seq)).toEqual([seqs[1], seqs[3]])
      expect(found.lanes.get(rows[0]!.lane)).toEqual({ readTo: seqs[3], hasMore: false })
    })

    it('does not see what is not committed, and its snapshot says that a transaction runs', async () => {
      const [key] = await world.keysOfOneLane(1)
      const open = await world.open([{ key: key! }])
      const [later] = await insert([{ key: key! }])
      const before = await read()
      expect(before.rows.map(({ id }) => id)).toEqual([later!.id])
      // Others may run beside it: a snapshot is the whole server's.
      const runningIn = ({ snapshot }: typeof before) => snapshot.split(':')[2]!.split(',')
      expect(runningIn(before)).toContain(open.xid)
      await open.commit()
      const after = await read()
      expect(after.rows).toHaveLength(2)
      expect(after.rows[0]!.seq).toBeLessThan(later!.seq)
      expect(runningIn(after)).not.toContain(open.xid)
    })

    it('keeps its bounds, and tells which lanes it read how far', async () => {
      const [one, other] = await Promise.all([world.keysOfOneLane(1), world.keysOfOneLane(1)])
      expect(one).toEqual(other)
      const rows = await insert(Array.from({ length: 4 }, () => ({ key: one[0]! })))
      const lane = rows[0]!.lane
      const byRows = await read({}, { ...PLENTY, rows: 2 })
      expect(byRows.rows.map(({ id }) => id)).toEqual(rows.slice(0, 2).map(({ id }) => id))
      expect(byRows.lanes.get(lane)).toEqual({ readTo: rows[1]!.seq, hasMore: true })
      const unread = held.owned.filter((owned) => !byRows.lanes.has(owned.lane))
      expect(unread.every((owned) => !byRows.notHeld.has(owned.lane))).toBe(true)
      expect((await read({}, { ...PLENTY, bytes: 1 })).rows).toHaveLength(1)
      const byLane = await read({}, PLENTY, [], 3)
      expect(byLane.rows).toHaveLength(3)
      expect(byLane.lanes.get(lane)).toEqual({ readTo: rows[2]!.seq, hasMore: true })
      expect(byLane.lanes.size).toBe(held.owned.length)
    })

    it('passes settled rows, and tells that it has', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = await insert([{ key: key! }, { key: key! }])
      await world.outbox.settle(rows.map((row) => ({ ...row, attempts: 0, settlement: SENT })))
      const found = await read()
      expect(found.rows).toEqual([])
      expect(found.lanes.get(rows[0]!.lane)).toEqual({ readTo: rows[1]!.seq, hasMore: false })
    })

    it('tells rows behind a parked row of their key apart from those that may go', async () => {
      const [key, neighbour] = await world.keysOfOneLane(2)
      const rows = await insert([{ key: key! }, { key: neighbour! }, { key: key! }])
      await retryAt(rows[0]!, 60_000)
      const found = await read()
      expect(found.rows.map(({ id }) => id)).toEqual([rows[1]!.id])
      expect(found.blocked).toEqual([rows[2]])
      await world.outbox.park(found.blocked)
      expect((await read()).blocked).toEqual([])
      expect(await world.stored(rows[2]!.id)).toMatchObject({ status: 'PENDING', parked: true, attempts: 0 })
    })

    it('reads nothing of a lane that is not held, and says so', async () => {
      const [key] = await world.keysOfOneLane(1)
      const [row] = await insert([{ key: key! }])
      await world.expireLeases()
      const expired = await read()
      expect(expired.rows).toEqual([])
      expect(expired.notHeld.size).toBe(held.owned.length)
      expect(expired.lanes.size).toBe(0)
      const former = held
      held = await world.relay().renew([])
      expect((await read()).rows).toHaveLength(1)
      const late = await world.outbox.readRange(whole(former), 100, PLENTY, [])
      expect(late.notHeld.has(row!.lane)).toBe(true)
    })

    it('reads the first parked row of each key, key by key', async () => {
      const keys = await world.keysOfOneLane(3)
      const rows = await insert([...keys, ...keys].map((key) => ({ key })))
      await retryAt(rows[0]!, 60_000)
      await world.outbox.park(rows.slice(1))
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: null }))
      const heads = await world.outbox.parkedHeads(lanes, 100)
      // In an order of the outbox's own, which is the same each time.
      const firstOf = new Map(heads.map((head) => [head.id, head]))
      expect([...firstOf.keys()].sort()).toEqual(
        rows
          .slice(0, 3)
          .map(({ id }) => id)
          .sort(),
      )
      const first = firstOf.get(rows[0]!.id)!
      expect(first).toMatchObject({ status: 'PENDING', attempts: 1, willRetry: false, dropped: false })
      expect(first.dueInMs).toBeGreaterThan(50_000)
      expect(firstOf.get(rows[1]!.id)).toMatchObject({ attempts: 0, dueInMs: 0 })
      expect(await world.outbox.parkedHeads(lanes, 2)).toHaveLength(2)
      const inOrder = heads.map(({ key }) => key)
      const beyond = lanes.map((lane) => ({ ...lane, after: inOrder[0]! }))
      expect((await world.outbox.parkedHeads(beyond, 100)).map(({ key }) => key)).toEqual(inOrder.slice(1))
    })

    it('parks and reads a key of any length', async () => {
      const key = Array.from({ length: 300 }, () => randomUUID()).join('')
      const [one, two] = await insert([{ key }, { key }])
      await retryAt(one!, 0)
      expect((await read()).blocked).toEqual([two])
      await world.outbox.park([two!])
      const { lane, token } = one!
      const heads = await world.outbox.parkedHeads([{ lane, token, after: null }], 100)
      expect(heads.map(({ id }) => id)).toEqual([one!.id])
      const runs = await world.outbox.parkedRuns([{ lane, token, key, upTo: two!.seq }], false, PLENTY)
      expect(runs.rows.map(({ id }) => id)).toEqual([one!.id, two!.id])
    })

    it('reads the parked rows of a key up to the first that may not go', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = await insert(Array.from({ length: 4 }, () => ({ key: key! })))
      await retryAt(rows[0]!, 0)
      await world.outbox.park([rows[1]!, rows[3]!])
      await retryAt(rows[2]!, 60_000)
      const { lane, token } = rows[0]!
      const run = (upTo: number, retriesOnly = false, bounds = PLENTY) =>
        world.outbox.parkedRuns([{ lane, token, key: key!, upTo }], retriesOnly, bounds)
      const all = await run(rows[3]!.seq)
      expect(all.rows.map(({ id }) => id)).toEqual([rows[0]!.id, rows[1]!.id])
      expect(all.rows[0]).toMatchObject({ parked: true, attempts: 1, error: { class: FAULT.class } })
      expect(all.complete).toBe(true)
      expect((await run(rows[0]!.seq)).rows).toHaveLength(1)
      // Only rows whose retries had begun.
      expect((await run(rows[3]!.seq, true)).rows.map(({ id }) => id)).toEqual([rows[0]!.id])
      expect(await run(rows[3]!.seq, false, { ...PLENTY, rows: 1 })).toMatchObject({ complete: false })
      await world.expireLeases()
      expect((await run(rows[3]!.seq)).rows).toEqual([])
    })

    it('sets back what an outage failed and nothing else, and releases what is settled', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = await insert([{ key: key! }, { key: key! }, { key: key! }])
      const failed = { kind: 'failed', attempts: 4, error: FAULT, holdsKey: true } as const
      await world.outbox.settle(
        rows.map((row, nth) => ({
          ...row,
          attempts: 3,
          settlement: { ...failed, willRetry: nth !== 1 },
        })),
      )
      await world.drop(rows[2]!.id)
      expect(await world.outbox.setBack(rows)).toBe(1)
      expect(await world.stored(rows[0]!.id)).toMatchObject({ status: 'PENDING', parked: true, attempts: 0 })
      expect(await world.stored(rows[1]!.id)).toMatchObject({ status: 'FAILED', parked: true })
      await world.outbox.release(rows)
      expect(await world.stored(rows[0]!.id)).toMatchObject({ status: 'PENDING', parked: true })
      expect(await world.stored(rows[1]!.id)).toMatchObject({ status: 'FAILED', parked: false })
    })

    it('moves no row of a lane that is another relay’s', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = await insert([{ key: key! }])
      await world.expireLeases()
      await world.relay().renew([])
      await world.outbox.park(rows)
      expect(await world.stored(rows[0]!.id)).toMatchObject({ parked: false })
      await world.setStatus(rows[0]!.id, 'SENT')
      await world.setStatus(rows[0]!.id, 'PENDING')
      expect(await world.stored(rows[0]!.id)).toMatchObject({ parked: true, status: 'PENDING' })
      await world.setStatus(rows[0]!.id, 'FAILED')
      await world.outbox.release(rows)
      expect(await world.stored(rows[0]!.id)).toMatchObject({ parked: true })
      expect(await world.outbox.setBack(rows)).toBe(0)
    })
  })
}
