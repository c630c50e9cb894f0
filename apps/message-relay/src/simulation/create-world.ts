/** Puts the parts of a schedule together, but for the processes that live in it. */
import type { Chance } from './chance'
import { Broker } from './model/broker'
import { Tables } from './model/tables'
import { isCalm, type Plan } from './plan'
import { Scheduler } from './scheduler'
import { Witness } from './witness'
import { EVENTS_TOPIC, MAX_VALUE_BYTES, OTHER_TOPIC, Weather, type World } from './world'

/** A relay may be publishing one batch and settling another. */
const BATCHES_NOT_SETTLED = 2

/** The world of `plan`; `trace` gets a line for each thing that happens. */
export function createWorld(plan: Plan, chance: Chance, trace?: (line: string) => void): World {
  const scheduler = new Scheduler(trace)
  scheduler.note(() => JSON.stringify(plan))
  const tables = new Tables(() => scheduler.now, plan.lanes, plan.longestLook)
  const witness = new Witness(
    tables,
    plan.failedKeyPolicy,
    BATCHES_NOT_SETTLED * plan.batchRows,
    isCalm(plan),
  )
  tables.observer = witness
  const broker = new Broker([EVENTS_TOPIC, OTHER_TOPIC], EVENTS_TOPIC, MAX_VALUE_BYTES, (record) => {
    scheduler.note(() => `broker: wrote ${record.key}/${record.headers.event_id ?? ''}`)
    witness.written(record)
  })
  const weather = new Weather(scheduler, chance, plan)
  return { plan, scheduler, chance, tables, broker, witness, weather }
}
