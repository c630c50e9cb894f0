/** A record that no broker ever answers for, by the simulation's clock: the others hardly notice it. */
import { relayFor, worldWithoutFaults } from './one-relay-fixture.test'
import { EVENTS_TOPIC, isPoison, poisoned } from './world'

const TEN_MINUTES_MS = 600_000
/** The broker answers it with silence as often as with a closed connection. */
const POISONED = 10

it('is tried ever more seldom, and keeps few of the others waiting', async () => {
  const bounds = { batchRows: 20, requestRecords: 20, sentRetentionMs: 5000, troubleMs: TEN_MINUTES_MS }
  const world = worldWithoutFaults(bounds, { poison: 1 })
  const { scheduler, witness } = world
  const waits: number[] = []
  const rests: number[] = []
  const written = await relayFor(
    world,
    TEN_MINUTES_MS,
    {
      rests: ({ row, restMs }) => {
        expect(isPoison(row)).toBe(true)
        rests.push(restMs)
      },
      published: (attempted) => {
        for (const { row, attempt } of attempted)
          if (attempt.kind === 'sent') waits.push(scheduler.now - row.writtenAtMs)
      },
    },
    (n, value) =>
      n === POISONED
        ? { topic: EVENTS_TOPIC, key: 'bad', value: poisoned(value) }
        : { topic: EVENTS_TOPIC, key: `k${n % 97}`, value },
  )
  expect(witness.violation).toBeUndefined()
  expect(rests.slice(0, 5)).toEqual([2000, 4000, 8000, 16_000, 30_000])
  // Not for ever.
  expect(rests.length).toBeGreaterThan(15)
  waits.sort((a, b) => a - b)
  expect(waits.length).toBeGreaterThan(written * 0.99)
  expect(waits[Math.floor(waits.length * 0.9)]).toBeLessThan(1000)
})
