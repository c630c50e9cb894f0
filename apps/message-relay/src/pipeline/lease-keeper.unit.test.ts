/** How often the leases are renewed: seldom, but for lanes that wait for an owner; and what is to be read after it. */
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import { LeaseKeeper } from './lease-keeper'
import type { LaneLeases, Renewal } from './ports'

const events = { lanesChanged: () => undefined, renewed: () => undefined, renewalFailed: () => undefined }
let nowMs = 1000
const clock = { now: () => new Date(0), monotonicMs: () => nowMs, sleep: () => Promise.resolve() }

/** Whose renewals answer `renewal`, once `meanwhile` is over. */
function keeping(renewal: Partial<Renewal>, meanwhile = () => Promise.resolve()): LeaseKeeper {
  const owned = Array.from({ length: 20 }, (_, lane) => ({ lane, token: '1', lowWater: 0 }))
  const leases: LaneLeases = {
    renew: async () => {
      await meanwhile()
      return { owned, share: 22, skipped: 0, relays: 3, xid: 1n, ...renewal }
    },
    release: () => Promise.resolve(),
    leave: () => Promise.resolve(),
  }
  const times = { leaseMs: 10_000, renewEveryMs: 3000 }
  return new LeaseKeeper(leases, new Lanes(), new InFlight(), new LateRows(), clock, times, events)
}

/** The milliseconds until the next renewal, after one that answered `renewal`. */
const waitAfter = async (renewal: Partial<Renewal>): Promise<number> =>
  (await keeping(renewal).renew()).waitMs

it('renews in its own time when there are no lanes to make its share full', async () => {
  expect(await waitAfter({ owned: [] })).toBe(3000)
  expect(await waitAfter({})).toBe(3000)
})

it('comes back soon for free lanes that it could not take', async () => {
  expect(await waitAfter({ skipped: 1 })).toBe(250)
})

it('has lanes read again whose lease had lapsed, though they come back under the same token', async () => {
  let meanwhile = () => Promise.resolve()
  const keeper = keeping({}, () => meanwhile())
  const toRead = async () => (await keeper.renew()).toRead
  expect(await toRead()).toBe(true)
  nowMs += 9000
  expect(await toRead()).toBe(false)
  meanwhile = () => Promise.reject(new Error('PostgreSQL is away'))
  nowMs += 9000
  expect(await toRead()).toBe(false)
  nowMs += 1000
  meanwhile = () => Promise.resolve()
  expect(await toRead()).toBe(true)
  expect(await toRead()).toBe(false)
  // PostgreSQL stood still, and answers as if nothing had been.
  meanwhile = () => Promise.resolve(void (nowMs += 11_000))
  expect(await toRead()).toBe(true)
})
