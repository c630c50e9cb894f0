/** What every {@link OutboxUpkeep} promises. */
import type { Renewal, RowRef } from '../ports'
import { envelope, FAULT, heldBy, SENT, type OutboxUnderTest } from './outbox-under-test.test'

export function outboxUpkeepContract(create: () => Promise<OutboxUnderTest>): void {
  describe('OutboxUpkeep', () => {
    let world: OutboxUnderTest
    let held: Renewal

    beforeEach(async () => {
      world = await create()
      held = await world.relay().renew([])
    })
    afterEach(() => world.close())

    const fail = (rows: readonly RowRef[]) =>
      world.outbox.settle(
        rows.map((row) => ({
          ...row,
          attempts: 3,
          settlement: { kind: 'failed', attempts: 4, error: FAULT, willRetry: false, holdsKey: false },
        })),
      )
    const send = (rows: readonly RowRef[]) =>
      world.outbox.settle(rows.map((row) => ({ ...row, attempts: 0, settlement: SENT })))

    it('tells which rows the dead-letter topic has yet to get, until it has got them', async () => {
      const [key] = await world.keysOfOneLane(1)
      const payload = envelope({ event_type: 'A.B.Created' })
      const rows = heldBy(held, await world.insert([{ key: key!, payload }, { key: key! }, { key: key! }]))
      await fail(rows.slice(0, 2))
      await send(rows.slice(2))
      const due = await world.outbox.deadLettersDue(held.owned, undefined, 10)
      expect(due.map(({ id }) => id)).toEqual([rows[0]!.id, rows[1]!.id])
      expect(due[0]).toMatchObject({
        key,
        eventType: 'A.B.Created',
        attempts: 4,
        error: { class: FAULT.class },
      })
      expect(JSON.parse(due[0]!.value)).toEqual(payload)
      expect(await world.outbox.deadLettersDue(held.owned, undefined, 1)).toHaveLength(1)
      await world.outbox.deadLettered([due[0]!])
      expect((await world.outbox.deadLettersDue(held.owned, undefined, 10)).map(({ id }) => id)).toEqual([
        rows[1]!.id,
      ])
      await world.expireLeases()
      expect(await world.outbox.deadLettersDue(held.owned, undefined, 10)).toEqual([])
    })

    it('tells them by lane and seq, from a given place on', async () => {
      const keys = Array.from({ length: 12 }, (_, n) => ({ key: `key ${n}` }))
      const rows = heldBy(held, await world.insert([...keys, ...keys]))
      await fail(rows)
      const inOrder = [...rows].sort((a, b) => a.lane - b.lane || a.seq - b.seq)
      const ids = async (after: RowRef | undefined, limit: number) =>
        (await world.outbox.deadLettersDue(held.owned, after, limit)).map(({ id }) => id)
      expect(await ids(undefined, 100)).toEqual(inOrder.map(({ id }) => id))
      for (const at of [0, 5, 6, 23]) {
        expect(await ids(inOrder[at], 4)).toEqual(inOrder.slice(at + 1, at + 5).map(({ id }) => id))
      }
    })

    it('removes old SENT rows up to the first row that stays, and passes FAILED ones', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = heldBy(held, await world.insert(Array.from({ length: 5 }, () => ({ key: key! }))))
      await send([rows[0]!, rows[2]!, rows[4]!])
      await fail([rows[1]!])
      for (const row of [rows[0]!, rows[2]!, rows[4]!]) await world.ageSent(row.id)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      const { removed, dealtWith } = await world.outbox.removeSent(lanes, 60_000)
      expect(removed).toBe(2)
      expect(dealtWith.get(rows[0]!.lane)).toBe(rows[2]!.seq)
      const left = await Promise.all(rows.map(({ id }) => world.stored(id)))
      expect(left.map((row) => row?.status)).toEqual([undefined, 'FAILED', undefined, 'PENDING', 'SENT'])
      const beyond = lanes.map((lane) => ({ ...lane, after: rows[2]!.seq }))
      expect((await world.outbox.removeSent(beyond, 60_000)).dealtWith.size).toBe(0)
    })

    it('removes what is old behind a row that was sent a moment ago, and does not pass that one', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = heldBy(held, await world.insert(Array.from({ length: 3 }, () => ({ key: key! }))))
      await send(rows)
      for (const row of [rows[0]!, rows[2]!]) await world.ageSent(row.id)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      const { removed, dealtWith } = await world.outbox.removeSent(lanes, 60_000)
      expect(removed).toBe(2)
      expect(dealtWith.get(rows[0]!.lane)).toBe(rows[0]!.seq)
      const beyond = lanes.map((lane) => ({ ...lane, after: rows[0]!.seq }))
      expect(await world.outbox.removeSent(beyond, 60_000)).toMatchObject({
        removed: 0,
        dealtWith: new Map(),
      })
    })

    it('keeps a row that FAILED and was sent since until the dead-letter topic has got it, and passes it', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = heldBy(held, await world.insert([{ key: key! }]))
      await fail(rows)
      await world.setStatus(rows[0]!.id, 'PENDING')
      await send(rows)
      await world.ageSent(rows[0]!.id)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      const { removed, dealtWith } = await world.outbox.removeSent(lanes, 60_000)
      expect(removed).toBe(0)
      expect(dealtWith.get(rows[0]!.lane)).toBe(rows[0]!.seq)
      const due = await world.outbox.deadLettersDue(held.owned, undefined, 10)
      expect(due.map(({ id }) => id)).toEqual([rows[0]!.id])
      await world.outbox.deadLettered(due)
      expect(await world.outbox.removeSent(lanes, 60_000)).toMatchObject({ removed: 1 })
    })

    it('passes a parked row, behind which a key may wait for long, and no row that the cursor has yet to read', async () => {
      const [waiting, other] = await world.keysOfOneLane(2)
      const [parked, sent, fresh, behind] = heldBy(
        held,
        await world.insert([{ key: waiting! }, { key: other! }, { key: other! }, { key: other! }]),
      )
      await world.outbox.park([parked!])
      await send([sent!, behind!])
      for (const row of [sent!, behind!]) await world.ageSent(row.id)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      const { removed, dealtWith } = await world.outbox.removeSent(lanes, 60_000)
      expect(removed).toBe(1)
      expect(dealtWith.get(sent!.lane)).toBe(sent!.seq)
      const left = await Promise.all([parked!, sent!, fresh!, behind!].map(({ id }) => world.stored(id)))
      expect(left.map((row) => row?.status)).toEqual(['PENDING', undefined, 'PENDING', 'SENT'])
      // It is sent in the end, and goes when the lane is walked anew.
      await send([parked!])
      await world.ageSent(parked!.id)
      expect((await world.outbox.removeSent(lanes, 60_000)).removed).toBe(1)
    })

    it('passes a row that is still PENDING where all is settled or parked: nothing could be written of it', async () => {
      const [key] = await world.keysOfOneLane(1)
      const leases = world.relay()
      await world.expireLeases()
      held = await leases.renew([])
      const rows = heldBy(held, await world.insert([{ key: key! }, { key: key! }, { key: key! }]))
      await send(rows.slice(1))
      for (const row of rows.slice(1)) await world.ageSent(row.id)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      expect(await world.outbox.removeSent(lanes, 60_000)).toMatchObject({ removed: 0 })
      await leases.renew(held.owned.map((lane) => ({ ...lane, lowWater: rows[2]!.seq })))
      expect(await world.outbox.removeSent(lanes, 60_000)).toMatchObject({ removed: 2 })
      expect(await world.stored(rows[0]!.id)).toMatchObject({ status: 'PENDING', parked: false })
    })

    it('removes nothing that was sent a moment ago, and nothing of a lane that is not held', async () => {
      const [key] = await world.keysOfOneLane(1)
      const rows = heldBy(held, await world.insert([{ key: key! }]))
      await send(rows)
      const lanes = held.owned.map(({ lane, token }) => ({ lane, token, after: 0 }))
      expect(await world.outbox.removeSent(lanes, 60_000)).toMatchObject({ removed: 0 })
      await world.ageSent(rows[0]!.id)
      await world.expireLeases()
      expect(await world.outbox.removeSent(lanes, 60_000)).toMatchObject({ removed: 0 })
      expect(await world.stored(rows[0]!.id)).toBeDefined()
    })
  })
}
