/** Brokers that answer, and take no event for want of replicas: no record is held to blame for it. */
import type { Answer } from './model/broker'
import { relayFor, worldWithoutFaults } from './one-relay-fixture.test'
import { EVENTS_TOPIC, OTHER_TOPIC } from './world'

const FROM_MS = 10_000
const UNTIL_MS = 70_000
const KEYS = 50

const TOO_FEW_REPLICAS: Answer = {
  failure: {
    kind: 'unavailable',
    fault: { class: 'not_enough_replicas', message: 'one of two' },
    scope: 'broker',
  },
  divisible: false,
}

it('sends what waited within a second of the end, though rows of another topic went out meanwhile', async () => {
  const bounds = { batchRows: 100, requestRecords: 100, sentRetentionMs: 0, troubleMs: 0 }
  const world = worldWithoutFaults(bounds)
  const { scheduler, witness, broker } = world
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
  await relayFor(
    world,
    UNTIL_MS + 10_000,
    {
      rests: ({ row }) => rested.push(row.key),
      published: (attempted) => {
        for (const { row, attempt } of attempted)
          if (attempt.kind === 'sent') sentAt.get(row.topic)?.push(scheduler.now)
      },
    },
    (n, value) => {
      const [topic, prefix] = n % 10 === 0 ? [OTHER_TOPIC, 'o'] : [EVENTS_TOPIC, 'k']
      return { topic, key: `${prefix}${n % KEYS}`, value }
    },
  )
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
