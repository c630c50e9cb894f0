/** The simulation finds faults that are planted in the relay's parts: what it cannot find it does not guard. */
/* eslint-disable @typescript-eslint/unbound-method -- they are called with the `this` they were called with */
import { ParkedClaims } from '../pipeline/claim-parked'
import { InFlight } from '../pipeline/in-flight'
import { Lanes } from '../pipeline/lanes'
import { LateRows } from '../pipeline/late-rows'
import { Suspects } from '../pipeline/suspects'
import type { RelayParts } from '../relay-parts'
import { RETRY_DELAYS_MS } from '../policy/backoff'
import { cpuClock } from './cpu-clock-fixture.test'
import type { Plant } from './relay-process'
import { simulate, type Verdict } from './simulate'

/** Of the process's CPU: how long a machine that does much else takes by the clock says nothing of the simulation. */
const FOUND_WITHIN_CPU_SECONDS = 60
// For such a machine.
jest.setTimeout(600_000)

async function firstBroken(plant?: Plant): Promise<Verdict | undefined> {
  const cpu = cpuClock()
  for (let seed = 1; cpu.seconds() < FOUND_WITHIN_CPU_SECONDS; seed += 1) {
    const verdict = await simulate(seed, plant ? { plant } : {})
    if (verdict.violation === undefined) continue
    process.stdout.write(`found after ${seed} schedules, ${cpu.seconds().toFixed(2)} s of CPU\n`)
    return verdict
  }
  return undefined
}

const outboxWith = (parts: RelayParts, changed: Partial<RelayParts['outbox']>): RelayParts => {
  const { outbox } = parts
  return {
    ...parts,
    outbox: {
      readRange: (...asked) => outbox.readRange(...asked),
      parkedHeads: (...asked) => outbox.parkedHeads(...asked),
      parkedRuns: (...asked) => outbox.parkedRuns(...asked),
      park: (rows) => outbox.park(rows),
      setBack: (rows) => outbox.setBack(rows),
      release: (rows) => outbox.release(rows),
      settle: (rows) => outbox.settle(rows),
      deadLettersDue: (...asked) => outbox.deadLettersDue(...asked),
      deadLettered: (rows) => outbox.deadLettered(rows),
      removeSent: (...asked) => outbox.removeSent(...asked),
      ...changed,
    },
  }
}

afterEach(() => {
  jest.restoreAllMocks()
})

it('finds a settlement without the fence', async () => {
  const found = await firstBroken((parts, { tables }) =>
    outboxWith(parts, {
      settle: (rows) =>
        parts.outbox.settle(rows.map((row) => ({ ...row, token: String(tables.lanes[row.lane]?.token) }))),
    }),
  )
  expect(found?.violation).toMatch('settled by a relay that does not own its lane')
})

it('finds a cursor that goes past an open transaction', async () => {
  const found = await firstBroken((parts) =>
    outboxWith(parts, {
      readRange: async (...asked) => {
        const read = await parts.outbox.readRange(...asked)
        const [, xmax] = read.snapshot.split(':')
        return { ...read, snapshot: `${xmax}:${xmax}:` }
      },
    }),
  )
  expect(found?.violation).toMatch(/not relayed|appears before|neither sent nor passed/)
})

it('finds a retry that does not hold its key', async () => {
  jest.spyOn(InFlight.prototype, 'hold').mockImplementation(() => undefined)
  expect((await firstBroken())?.violation).toMatch('neither sent nor passed')
})

it('finds a fresh row that overtakes a late one of its key', async () => {
  const { appearedBehind } = LateRows.prototype
  jest.spyOn(LateRows.prototype, 'appearedBehind').mockImplementation(function (this: LateRows, ...asked) {
    appearedBehind.apply(this, asked)
    return false
  })
  expect((await firstBroken())?.violation).toMatch('neither sent nor passed')
})

it('finds a row that was handed back and forgotten', async () => {
  jest.spyOn(Lanes.prototype, 'rewind').mockImplementation(() => undefined)
  expect((await firstBroken())?.violation).toBeDefined()
})

it('finds a lease that is thought to last longer than it does', async () => {
  const { renewed } = Lanes.prototype
  jest.spyOn(Lanes.prototype, 'renewed').mockImplementation(function (this: Lanes, owned, leaseUntil) {
    return renewed.call(this, owned, leaseUntil + 6000)
  })
  expect((await firstBroken())?.violation).toMatch(
    /published by a relay that does not own its lane|not relayed/,
  )
})

it('finds an unknown outcome that is taken for sent', async () => {
  const found = await firstBroken((parts) => ({
    ...parts,
    publisher: {
      probe: () => parts.publisher.probe(),
      publish: async (...asked) =>
        (await parts.publisher.publish(...asked)).map((outcome) =>
          outcome.kind === 'unknown' ? { kind: 'sent', partition: 0, offset: '0' } : outcome,
        ),
    },
  }))
  expect(found?.violation).toMatch(/not on Kafka|neither sent nor passed/)
})

it('finds a low water above what is still in flight', async () => {
  const { lowWater } = LateRows.prototype
  jest.spyOn(LateRows.prototype, 'lowWater').mockImplementation(function (this: LateRows, lane) {
    return lowWater.call(this, lane, new Map())
  })
  expect((await firstBroken())?.violation).toBeDefined()
})

it('finds a record that passes for an outage for ever, and keeps the others from the broker', async () => {
  jest.spyOn(Suspects.prototype, 'published').mockImplementation(() => undefined)
  expect((await firstBroken())?.violation).toMatch('not relayed')
})

it('finds a retry that is due after another time than promised', async () => {
  jest.replaceProperty(RETRY_DELAYS_MS as unknown as number[], 1, 1000)
  expect((await firstBroken())?.violation).toMatch('try 3 is due after 1000 ms and not 2000')
})

it('finds a fifth try', async () => {
  const delays = RETRY_DELAYS_MS as unknown as number[]
  delays.push(8000)
  const found = await firstBroken().finally(() => delays.pop())
  expect(found?.violation).toMatch('try 5 is due after 8000 ms and not ever')
})

it('finds a retry that comes late', async () => {
  const { lookAt } = ParkedClaims.prototype
  jest.spyOn(ParkedClaims.prototype, 'lookAt').mockImplementation(function (this: ParkedClaims, at) {
    lookAt.call(this, at + 700)
  })
  expect((await firstBroken())?.violation).toMatch(/tried again \d+ ms late/)
})

it('finds SENT rows that are not removed after their retention', async () => {
  const found = await firstBroken((parts) =>
    outboxWith(parts, { removeSent: () => Promise.resolve({ removed: 0, dealtWith: new Map() }) }),
  )
  expect(found?.violation).toMatch('SENT and not removed after their retention')
})
