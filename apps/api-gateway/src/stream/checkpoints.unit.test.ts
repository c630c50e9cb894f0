/** How far back a late commit may lie. */
import fc from 'fast-check'
import { Checkpoints, EVENTS_BETWEEN, MAX_CHECKPOINTS } from './checkpoints'

describe('checkpoints', () => {
  it('bound a transaction by the newest of them that is older than it', () => {
    const checkpoints = new Checkpoints(7n)
    checkpoints.add({ xid: 100n, highestId: 1_000n }, 90n)
    checkpoints.add({ xid: 200n, highestId: 2_000n }, 90n)
    expect([100n, 101n, 200n, 201n, 999n].map((xid) => checkpoints.before(xid))).toEqual([
      7n,
      1_000n,
      1_000n,
      2_000n,
      2_000n,
    ])
  })

  it('forget those that only ended transactions needed', () => {
    const checkpoints = new Checkpoints(7n)
    for (let n = 1n; n <= 5n; n += 1n)
      checkpoints.add({ xid: n * 100n, highestId: n * 1_000n }, n * 100n - 50n)
    expect(checkpoints.list().map(({ xid }) => xid)).toEqual([400n, 500n])
    expect(checkpoints.before(450n)).toBe(4_000n)
  })

  it('stay few, and right, while a transaction stays open', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.bigInt(1n, 600n), (count, xid) => {
        const checkpoints = new Checkpoints(0n)
        for (let n = 1n; n <= BigInt(count); n += 1n) checkpoints.add({ xid: n, highestId: n * 10n }, 1n)
        expect(checkpoints.list().length).toBeLessThanOrEqual(MAX_CHECKPOINTS)
        const exact = (xid - 1n > BigInt(count) ? BigInt(count) : xid - 1n) * 10n
        expect(checkpoints.before(xid)).toBeLessThanOrEqual(exact)
      }),
    )
  })

  it('are due after so many events', () => {
    const checkpoints = new Checkpoints(50n)
    expect(checkpoints.due(50n + EVENTS_BETWEEN - 1n)).toBe(false)
    expect(checkpoints.due(50n + EVENTS_BETWEEN)).toBe(true)
    checkpoints.add({ xid: 9n, highestId: 50n + EVENTS_BETWEEN }, 9n)
    expect(checkpoints.due(51n + EVENTS_BETWEEN)).toBe(false)
  })
})
