/** A broker that is away for an hour, by the simulation's clock: it costs no operator, no order, and little log. */
import { createLogger, type Logger } from '@infinite-scribe/service-kit'
import { relayLog } from '../relay-log'
import { Chance } from './chance'
import { createWorld } from './create-world'
import { EVENTS_TOPIC } from './world'
import { planOf, type Plan } from './plan'
import { RelayProcess } from './relay-process'

const AN_HOUR_MS = 3_600_000
const A_CYCLE_MS = 5000
const KEYS = 5

const plan: Plan = {
  ...planOf(new Chance(1)),
  ...{ relays: 2, lanes: 4, batchRows: 20, batchBytes: 1_000_000, requestRecords: 20, longestLook: 2000 },
  ...{ failedKeyPolicy: 'skip', sentRetentionMs: 0, troubleMs: 2 * AN_HOUR_MS, wayMs: 2 },
  faults: Object.fromEntries(Object.keys(planOf(new Chance(1)).faults).map((fault) => [fault, 0])) as never,
}

it('sends all of it, in order and by itself, after an hour without a broker, and says so once a cycle', async () => {
  const world = createWorld(plan, new Chance(1))
  const { scheduler, tables, broker, witness, weather } = world
  const relays: RelayProcess[] = []
  const lines: { relay: string; at: number; message: string }[] = []
  const logOf = (relay: string): Logger => {
    const log: Logger = createLogger('test', 'info')
    for (const level of ['info', 'warn', 'error'] as const) {
      log[level] = ((message: string) => lines.push({ relay, at: scheduler.now, message })) as never
    }
    log.debug = (() => log) as never
    return log
  }
  for (const id of ['relay-1', 'relay-2']) {
    relays.push(
      new RelayProcess(
        world,
        id,
        () => relays.forEach(({ lanesWakeUp }) => lanesWakeUp.wake()),
        (parts) => ({ ...parts, events: relayLog(logOf(id), () => parts.clock.monotonicMs(), EVENTS_TOPIC) }),
      ),
    )
  }
  for (const relay of relays) relay.start()
  let written = 0
  const write = (): void => {
    const begun = tables.transaction()
    const value = JSON.stringify({ event_id: `e${(written += 1)}` })
    witness.committed(begun.insert({ topic: EVENTS_TOPIC, key: `k${written % KEYS}`, value }), true)
    begun.commit()
    for (const { wakeUp } of relays) wakeUp.wake()
    scheduler.after(10_000, '', write)
  }
  write()
  await scheduler.run(() => false, 28_000)
  expect(broker.records(EVENTS_TOPIC)).toHaveLength(written)

  const [sentBefore, cutAt] = [written, scheduler.now]
  weather.brokerLeaves(AN_HOUR_MS)
  await scheduler.run(() => false, cutAt + AN_HOUR_MS)
  expect(broker.records(EVENTS_TOPIC)).toHaveLength(sentBefore)
  const told = lines.filter(({ at }) => at > cutAt)
  expect(told.length).toBeGreaterThan(100)
  for (const id of ['relay-1', 'relay-2']) {
    const times = told.filter(({ relay }) => relay === id).map(({ at }) => at)
    times.slice(1).forEach((at, nth) => expect(at - times[nth]!).toBeGreaterThanOrEqual(A_CYCLE_MS))
  }

  await scheduler.run(() => false, scheduler.now + 60_000)
  expect(witness.violation).toBeUndefined()
  const statuses = new Set(tables.all().map(({ status }) => status))
  expect(statuses).toEqual(new Set(['SENT']))
  expect(new Set(broker.records(EVENTS_TOPIC).map(({ headers }) => headers.event_id)).size).toBe(written)
  expect(lines.filter(({ message }) => message.includes('FAILED'))).toEqual([])
})
