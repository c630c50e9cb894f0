/** One relay in a world without faults but those of the test, and a row every 200 ms. */
import type { RelayEvents } from '../relay-events'
import { Chance } from './chance'
import { createWorld } from './create-world'
import type { NewModelRow } from './model/tables'
import { planOf, type Plan } from './plan'
import { RelayProcess } from './relay-process'
import type { World } from './world'

const A_ROW_EVERY_MS = 200

/** @param faults those of the test */
export function worldWithoutFaults(plan: Partial<Plan>, faults: Partial<Plan['faults']> = {}): World {
  const any = planOf(new Chance(1))
  const none = Object.fromEntries(
    Object.keys(any.faults).map((fault) => [fault, 0]),
  ) as unknown as Plan['faults']
  const base = {
    relays: 1,
    lanes: 4,
    batchBytes: 1_000_000,
    longestLook: 2000,
    wayMs: 2,
    faults: { ...none, ...faults },
  } as const
  return createWorld({ ...any, ...base, failedKeyPolicy: 'skip', ...plan }, new Chance(1))
}

/**
 * Relays for `forMs`.
 * @param rowOf the nth row that is written, from 1, but for its payload
 * @returns how many rows were written
 */
export async function relayFor(
  world: World,
  forMs: number,
  events: Partial<RelayEvents>,
  rowOf: (n: number, value: string) => NewModelRow,
): Promise<number> {
  const { scheduler, tables, witness } = world
  const relay = new RelayProcess(
    world,
    'relay-1',
    () => undefined,
    (parts) => ({ ...parts, events: { ...parts.events, ...events } }),
  )
  relay.start()
  let written = 0
  const write = (): void => {
    const begun = tables.transaction()
    written += 1
    witness.committed(begun.insert(rowOf(written, JSON.stringify({ event_id: `e${written}` }))), true)
    begun.commit()
    relay.wakeUp.wake()
    scheduler.after(A_ROW_EVERY_MS, '', write)
  }
  write()
  await scheduler.run(() => false, forMs)
  return written
}
