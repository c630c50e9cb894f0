/** Brokers that answer, and take no event for want of replicas: no record is held to blame for it. */
import type { RelayEvents } from '../relay-events'
import { Chance } from './chance'
import { createWorld } from './create-world'
import type { Answer } from './model/broker'
import { planOf, type Plan } from './plan'
import { RelayProcess } from './relay-process'
import { EVENTS_TOPIC, OTHER_TOPIC } from './world'

const FROM_MS = 10_000
const UNTIL_MS = 70_000
const A_ROW_EVERY_MS = 200
const KEYS = 50

const plan: Plan = {
  ...planOf(new Chance(1)),
  ...{ relays: 1, lanes: 4, batchRows: 100, batchBytes: 1_000_000, requestRecords: 100, longestLook: 2000 },
  ...{ failedKeyPolicy: 'skip', sentRetentionMs: 0, troubleMs: 0, wayMs: 2 },
  faults: Object.fromEntries(Object.keys(planOf(new Chance(1)).faults).map((fault) => [fault, 0])) as never,
}
const TOO_FEW_REPLICAS: Answer = {
  failure: {
    kind: 'unavailable',
    fault: { class: 'not_enough_replicas', message: 'one of two' },
    scope: 'broker',
  },
  divisible: false,
}

it('sends what waited within a second of the end, though rows of another topic went out meanwhile', async () => {
  const world = createWorld(plan, new Chance(1))
  const { scheduler, tables, witness, broker } = world
  const produce = broker.produce.bind(broker)
  broker.produce = (topic, records) =>
    topic === EVENTS_TOPIC && scheduler.now >= FROM_MS && scheduler.now < UNTIL_MS
      ? TOO_FEW_REPLICAS
      : produce(topic, records)
  const sentAt = new Map<string, number[]>([
    [EVENTS_TOPIC, []],
    [OTHER_TOPIC, []],
  ])
  const rested: string[] = []
  const heard: Partial<RelayEvents> = {
    rests: ({ row }) => rested.push(row.key),
    published: (attempted) => {
      for (const { row, attempt } of attempted)
        if (attempt.kind === 'sent') sentAt.get(row.topic)?.push(scheduler.now)
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
    const [topic, prefix] = written % 10 === 0 ? [OTHER_TOPIC, 'o'] : [EVENTS_TOPIC, 'k']
    witness.committed(begun.insert({ topic, key: `${prefix}${written % KEYS}`, value }), true)
    begun.commit()
    relay.wakeUp.wake()
    scheduler.after(A_ROW_EVERY_MS, '', write)
  }
  write()
  await scheduler.run(() => false, UNTIL_MS + 10_000)
  expect(witness.violation).toBeUndefined()
  expect(rested).toEqual([])
  const within = (topic: string, fromMs: number, untilMs: number): number =>
    sentAt.get(topic)!.filter((at) => at >= fromMs && at < untilMs).length
  expect(within(EVENTS_TOPIC, FROM_MS, UNTIL_MS)).toBe(0)
  expect(within(OTHER_TOPIC, FROM_MS, UNTIL_MS)).toBeGreaterThan(25)
  expect(within(EVENTS_TOPIC, UNTIL_MS, UNTIL_MS + 1000)).toBeGreaterThan(0)
  // The last of them waited for their retries.
  expect(within(EVENTS_TOPIC, UNTIL_MS, UNTIL_MS + 5000)).toBeGreaterThan(270)
})
