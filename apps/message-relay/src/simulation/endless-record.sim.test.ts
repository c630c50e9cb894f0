/** A record that no broker ever answers for, by the simulation's clock: the others hardly notice it. */
import type { RelayEvents } from '../relay-events'
import { Chance } from './chance'
import { createWorld } from './create-world'
import { planOf, type Plan } from './plan'
import { RelayProcess } from './relay-process'
import { EVENTS_TOPIC, isPoison, poisoned } from './world'

const TEN_MINUTES_MS = 600_000
const A_ROW_EVERY_MS = 200
/** The broker answers it with silence as often as with a closed connection. */
const POISONED = 10

const plan: Plan = {
  ...planOf(new Chance(1)),
  ...{ relays: 1, lanes: 4, batchRows: 20, batchBytes: 1_000_000, requestRecords: 20, longestLook: 2000 },
  ...{ failedKeyPolicy: 'skip', sentRetentionMs: 5000, troubleMs: TEN_MINUTES_MS, wayMs: 2 },
  faults: Object.fromEntries(Object.keys(planOf(new Chance(1)).faults).map((fault) => [fault, 0])) as never,
}

it('is tried ever more seldom, and keeps few of the others waiting', async () => {
  const world = createWorld(plan, new Chance(1))
  const { scheduler, tables, witness } = world
  const waits: number[] = []
  const rests: number[] = []
  const heard: Partial<RelayEvents> = {
    rests: ({ row, restMs }) => {
      expect(isPoison(row)).toBe(true)
      rests.push(restMs)
    },
    published: (attempted) => {
      for (const { row, attempt } of attempted)
        if (attempt.kind === 'sent') waits.push(scheduler.now - row.writtenAtMs)
    },
  }
  const relay = new RelayProcess(
    world,
    'relay-1',
    () => undefined,
    (parts) => ({ ...parts, events: { ...parts.events, ...heard } }),
  )
  relay.start()
  let written = 0
  const write = (): void => {
    const begun = tables.transaction()
    written += 1
    const value = JSON.stringify({ event_id: `e${written}` })
    const row =
      written === POISONED
        ? { topic: EVENTS_TOPIC, key: 'bad', value: poisoned(value) }
        : { topic: EVENTS_TOPIC, key: `k${written % 97}`, value }
    witness.committed(begun.insert(row), true)
    begun.commit()
    relay.wakeUp.wake()
    scheduler.after(A_ROW_EVERY_MS, '', write)
  }
  write()
  await scheduler.run(() => false, TEN_MINUTES_MS)
  expect(witness.violation).toBeUndefined()
  expect(rests.slice(0, 5)).toEqual([2000, 4000, 8000, 16_000, 30_000])
  // Not for ever.
  expect(rests.length).toBeGreaterThan(15)
  waits.sort((a, b) => a - b)
  expect(waits.length).toBeGreaterThan(written * 0.99)
  expect(waits[Math.floor(waits.length * 0.9)]).toBeLessThan(1000)
})
