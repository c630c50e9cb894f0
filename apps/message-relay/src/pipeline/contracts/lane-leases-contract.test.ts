/** What every {@link LaneLeases} promises. */
import type { LaneLeases } from '../ports'
import { whole, type OutboxUnderTest } from './outbox-under-test.test'

export function laneLeasesContract(create: () => Promise<OutboxUnderTest>): void {
  describe('LaneLeases', () => {
    let world: OutboxUnderTest
    let first: LaneLeases
    let second: LaneLeases

    beforeEach(async () => {
      world = await create()
      ;[first, second] = [world.relay(), world.relay()]
    })
    afterEach(() => world.close())

    const lanesOf = (owned: readonly { lane: number }[]) =>
      owned.map(({ lane }) => lane).sort((a, b) => a - b)

    it('gives all lanes to a relay that is alone, under tokens that stay while it renews', async () => {
      const taken = await first.renew([])
      expect(taken).toMatchObject({ share: 64, relays: 1 })
      expect(lanesOf(taken.owned)).toEqual(Array.from({ length: 64 }, (_, lane) => lane))
      const renewed = await first.renew(taken.owned)
      expect(new Map(renewed.owned.map(({ lane, token }) => [lane, token]))).toEqual(
        new Map(taken.owned.map(({ lane, token }) => [lane, token])),
      )
      expect(renewed.xid).toBeGreaterThan(taken.xid)
    })

    it('lets a second relay have what the first hands over, under greater tokens', async () => {
      const all = await first.renew([])
      expect(await second.renew([])).toMatchObject({ owned: [], share: 32, relays: 2 })
      await first.release(all.owned.slice(0, 32))
      const taken = await second.renew([])
      expect(lanesOf(taken.owned)).toEqual(lanesOf(all.owned.slice(0, 32)))
      for (const { lane, token } of taken.owned) {
        expect(BigInt(token)).toBeGreaterThan(BigInt(all.owned.find((was) => was.lane === lane)!.token))
      }
    })

    it('skips no lane where the shares of three relays do not add up', async () => {
      const third = world.relay()
      const all = await first.renew([])
      await second.renew([])
      await third.renew([])
      await first.release(all.owned.slice(22))
      await second.renew([])
      const rest = await third.renew([])
      expect(rest.owned).toHaveLength(20)
      expect(rest).toMatchObject({ share: 22, skipped: 0 })
    })

    it('keeps a lane from others until its lease has run out', async () => {
      const all = await first.renew([])
      expect((await second.renew([])).owned).toEqual([])
      await world.expireLeases()
      expect(await second.renew([])).toMatchObject({ share: 64, relays: 1 })
      expect((await first.renew(all.owned)).owned).toEqual([])
    })

    it('extends a lease that has run out and that nobody took, under the same token', async () => {
      const [lane] = (await first.renew([])).owned
      await world.expireLeases()
      const { owned } = await first.renew([lane!])
      expect(owned.find((each) => each.lane === lane!.lane)).toMatchObject({ token: lane!.token })
    })

    it('takes a lane that it does not know to be its own under a new token', async () => {
      const all = await first.renew([])
      const { owned } = await first.renew(all.owned.slice(1))
      const again = owned.find(({ lane }) => lane === all.owned[0]!.lane)
      expect(BigInt(again!.token)).toBeGreaterThan(BigInt(all.owned[0]!.token))
    })

    it('hands on the greatest number from which a cursor may start', async () => {
      const [lane] = (await first.renew([])).owned
      const at = (lowWater: number) => [{ ...lane!, lowWater }]
      expect((await first.renew(at(50))).owned.find((each) => each.lane === lane!.lane)!.lowWater).toBe(50)
      expect((await first.renew(at(20))).owned.find((each) => each.lane === lane!.lane)!.lowWater).toBe(50)
      await first.release(at(70))
      const taken = await second.renew([])
      expect(taken.owned.find((each) => each.lane === lane!.lane)!.lowWater).toBe(70)
    })

    it('forgets a relay that leaves, with every lane that is its own', async () => {
      const all = await first.renew([])
      const [, told, ...others] = all.owned
      await first.release(others)
      await first.leave([{ ...told!, lowWater: 70 }])
      const taken = await second.renew([])
      expect(taken).toMatchObject({ share: 64, relays: 1 })
      expect(taken.owned).toHaveLength(64)
      expect(taken.owned.find(({ lane }) => lane === told!.lane)!.lowWater).toBe(70)
      expect((await world.outbox.readRange(whole(all), 1, { rows: 1, bytes: 1 }, [])).notHeld.size).toBe(64)
    })
  })
}
