/** How often the leases are renewed: seldom, but for lanes that wait for an owner. */
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import { LeaseKeeper } from './lease-keeper'
import type { LaneLeases, Renewal } from './ports'

const events = { lanesChanged: () => undefined, renewed: () => undefined, renewalFailed: () => undefined }
const clock = { now: () => new Date(0), monotonicMs: () => 0, sleep: () => Promise.resolve() }

/** The milliseconds until the next renewal, after one that answered `renewal`. */
async function waitAfter(renewal: Partial<Renewal>): Promise<number> {
  const owned = Array.from({ length: 20 }, (_, lane) => ({ lane, token: '1', lowWater: 0 }))
  const leases: LaneLeases = {
    renew: () => Promise.resolve({ owned, share: 22, skipped: 0, relays: 3, xid: 1n, ...renewal }),
    release: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  }
  const times = { leaseMs: 10_000, renewEveryMs: 3000 }
  const keeper = new LeaseKeeper(leases, new Lanes(), new InFlight(), new LateRows(), clock, times, events)
  return (await keeper.renew()).waitMs
}

it('renews in its own time when there are no lanes to make its share full', async () => {
  expect(await waitAfter({ owned: [] })).toBe(3000)
  expect(await waitAfter({})).toBe(3000)
})

it('comes back soon for free lanes that it could not take', async () => {
  expect(await waitAfter({ skipped: 1 })).toBe(250)
})
