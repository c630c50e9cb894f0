/** Where the removal of SENT rows goes on, and when it starts over for those that it has passed. */
import { Lanes } from './lanes'
import type { Clock, DeadLetterTopic, OutboxUpkeep } from './ports'
import { Upkeep } from './upkeep'

const HOUR_MS = 3_600_000

/** Where each round of a removal began, at these moments; every first step of a round deals with rows up to 9. */
async function begunAt(sentRetentionMs: number, momentsMs: readonly number[]): Promise<number[]> {
  const begun: number[] = []
  let steps = 0
  const outbox = {
    deadLettersDue: () => Promise.resolve([]),
    removeSent: ([lane]: readonly { after: number }[]) => {
      if (steps++ === 0) begun.push(lane?.after ?? NaN)
      return Promise.resolve({ removed: 0, dealtWith: new Map(steps === 1 ? [[3, 9]] : []) })
    },
  } as unknown as OutboxUpkeep
  const lanes = new Lanes()
  lanes.renewed([{ lane: 3, token: '1', lowWater: 9 }], Infinity)
  let nowMs = 0
  const clock: Clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
  }
  const events = {
    removed: () => undefined,
    upkeepFailed: (error: unknown) => {
      throw error
    },
    deadLettersWait: () => undefined,
    deadLetterRefused: () => undefined,
    deadLettersGo: () => undefined,
  }
  const settings = { pollIntervalMs: 1_000, sentRetentionMs }
  const upkeep = new Upkeep(outbox, {} as DeadLetterTopic, lanes, clock, settings, events as never)
  for (const momentMs of momentsMs) {
    ;[nowMs, steps] = [momentMs, 0]
    await upkeep.round(() => false)
  }
  return begun
}

describe('the removal of SENT rows', () => {
  it('goes on where it was, and starts over every tenth of the retention', async () => {
    expect(await begunAt(36_000, [0, 1_000, 3_000, 3_600, 4_600, 6_800, 7_200])).toEqual([
      0, 9, 9, 0, 9, 9, 0,
    ])
  })

  it('starts over every hour where the retention is long', async () => {
    const moments = [0, HOUR_MS - 60_000, HOUR_MS, 2 * HOUR_MS - 60_000, 2 * HOUR_MS]
    expect(await begunAt(24 * HOUR_MS, moments)).toEqual([0, 9, 0, 9, 0])
  })

  it('goes on in the same round while rows are removed behind one that it cannot pass', async () => {
    let left = 3
    const outbox = {
      deadLettersDue: () => Promise.resolve([]),
      removeSent: () => Promise.resolve({ removed: left > 0 ? left-- : 0, dealtWith: new Map() }),
    } as unknown as OutboxUpkeep
    const lanes = new Lanes()
    lanes.renewed([{ lane: 3, token: '1', lowWater: 9 }], Infinity)
    const clock: Clock = { now: () => new Date(0), monotonicMs: () => 0, sleep: () => Promise.resolve() }
    const settings = { pollIntervalMs: 1_000, sentRetentionMs: 1_000 }
    const events = { removed: () => undefined } as never
    await new Upkeep(outbox, {} as DeadLetterTopic, lanes, clock, settings, events).round(() => false)
    expect(left).toBe(0)
  })
})
