/** What every {@link OutboxSettler} promises. */
import type { Settlement } from '../../policy/settlement'
import type { Renewal, RowRef } from '../ports'
import { FAULT, heldBy, SENT, type OutboxUnderTest } from './outbox-under-test.test'

export function outboxSettlerContract(create: () => Promise<OutboxUnderTest>): void {
  describe('OutboxSettler', () => {
    let world: OutboxUnderTest
    let held: Renewal
    let row: RowRef

    beforeEach(async () => {
      world = await create()
      held = await world.relay().renew([])
      const [key] = await world.keysOfOneLane(1)
      ;[row] = heldBy(held, await world.insert([{ key: key! }])) as [RowRef]
    })
    afterEach(() => world.close())

    const settle = (settlement: Settlement, ref = row) =>
      world.outbox.settle([{ ...ref, attempts: 0, settlement }])

    it('writes SENT and where Kafka put it', async () => {
      expect(await settle(SENT)).toMatchObject({ changed: 1 })
      expect(await world.stored(row.id)).toMatchObject({
        status: 'SENT',
        attempts: 1,
        offset: '7',
        parked: false,
        willRetry: false,
        dueInMs: null,
      })
    })

    it('writes when a row is to be tried again, and why', async () => {
      await settle({ kind: 'retry', attempts: 2, delayMs: 60_000, error: FAULT })
      const stored = await world.stored(row.id)
      expect(stored).toMatchObject({ status: 'PENDING', parked: true, attempts: 2, errorClass: FAULT.class })
      expect(stored!.dueInMs).toBeGreaterThan(50_000)
    })

    it('parks a row that waits behind another, without an attempt', async () => {
      await settle({ kind: 'park' })
      expect(await world.stored(row.id)).toMatchObject({
        status: 'PENDING',
        parked: true,
        attempts: 0,
        errorClass: null,
        dueInMs: null,
      })
    })

    it('writes FAILED: a dead letter is due for a fault of its own, and not for an outage', async () => {
      const failed = { kind: 'failed', attempts: 4, error: FAULT } as const
      await settle({ ...failed, willRetry: false, holdsKey: false })
      expect(await world.stored(row.id)).toMatchObject({
        status: 'FAILED',
        parked: false,
        willRetry: false,
        deadLetterDue: true,
        attempts: 4,
      })
      const [other] = heldBy(held, await world.insert([{ key: 'other' }])) as [RowRef]
      await settle({ ...failed, willRetry: true, holdsKey: true }, other)
      expect(await world.stored(other.id)).toMatchObject({
        status: 'FAILED',
        parked: true,
        willRetry: true,
        deadLetterDue: false,
      })
    })

    it('settles several rows, each as it is to be, and counts them', async () => {
      const more = heldBy(held, await world.insert([{ key: 'a' }, { key: 'b' }, { key: 'c' }]))
      const settlements: Settlement[] = [SENT, { kind: 'park' }, { kind: 'hand_back' }]
      const result = await world.outbox.settle(
        more.map((ref, nth) => ({ ...ref, attempts: 0, settlement: settlements[nth]! })),
      )
      expect(result.changed).toBe(2)
      const stored = await Promise.all(more.map(({ id }) => world.stored(id)))
      expect(stored.map((each) => each!.status)).toEqual(['SENT', 'PENDING', 'PENDING'])
      expect(stored.map((each) => each!.parked)).toEqual([false, true, false])
    })

    it('gives the id of its transaction, which ended before any later snapshot', async () => {
      const before = (await world.outbox.readRange([], 1, { rows: 1, bytes: 1 }, [])).snapshot
      const { xid } = await settle(SENT)
      const after = (await world.outbox.readRange([], 1, { rows: 1, bytes: 1 }, [])).snapshot
      expect(xid).toBeGreaterThanOrEqual(BigInt(before.split(':')[1]!))
      expect(xid).toBeLessThan(BigInt(after.split(':')[1]!))
      expect((await world.outbox.settle([])).xid).toBeUndefined()
    })

    it('changes no row whose lane is another relay’s by now', async () => {
      await world.expireLeases()
      await world.relay().renew([])
      expect(await settle(SENT)).toMatchObject({ changed: 0 })
      expect(await settle({ kind: 'park' })).toMatchObject({ changed: 0 })
      expect(await world.stored(row.id)).toMatchObject({ status: 'PENDING', parked: false, attempts: 0 })
    })

    it('settles while nobody else owns the lane, though its lease has run out', async () => {
      await world.expireLeases()
      expect(await settle(SENT)).toMatchObject({ changed: 1 })
    })

    it('changes no row that is not PENDING any more', async () => {
      await world.setStatus(row.id, 'FAILED')
      expect(await settle(SENT)).toMatchObject({ changed: 0 })
      expect(await world.stored(row.id)).toMatchObject({ status: 'FAILED' })
    })
  })
}
