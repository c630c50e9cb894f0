/** What a fault works on, and what it tells of itself. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PastTopic } from '../invariants/evidence'
import type { Ledger } from '../load/ledger'
import type { PlannedFault } from '../plan/plan'
import type { Member } from '../system/member'
import type { System } from '../system/system'

export interface Ground {
  readonly system: System
  readonly ledger: Ledger
  /** The topics that faults deleted. */
  readonly pastTopics: PastTopic[]
  /** A line of the timeline. */
  note(text: string): void
}

/** Whether it struck while what it strikes was at work; or why it cannot be done here. */
export type Landing = 'landed' | 'missed' | { readonly impossible: string }

/** Does a fault and puts it right again; resolves when the parts run once more. @throws when they do not */
export type Strike = (fault: PlannedFault, ground: Ground) => Promise<Landing>

export const landed = (it: boolean): Landing => (it ? 'landed' : 'missed')

export const gatewayOf = ({ target = 1 }: PlannedFault, { system }: Ground): Member =>
  present(system.gateways[target - 1])

export const relayOf = ({ target = 1 }: PlannedFault, { system }: Ground): Member =>
  present(system.relays[target - 1])

function present(member: Member | undefined): Member {
  if (!member) throw new Error('the plan names a member that the system does not have')
  return member
}

/** How long a fault waits for its moment: under load each comes many times a second. */
const MOMENT_WITHIN_MS = 4_000
const LOOK_EVERY_MS = 2

/** Resolves as soon as `isIt`, in that very turn of the loop; false when it was not in time. */
export async function momentWhen(isIt: () => boolean): Promise<boolean> {
  const until = performance.now() + MOMENT_WITHIN_MS
  while (!isIt()) {
    if (performance.now() > until) return false
    await delay(LOOK_EVERY_MS)
  }
  return true
}

/**
 * Runs `strike` in the moment of the fault's step; without one, in any in which the member has a write in flight.
 * @returns whether that moment came; `strike` is run all the same when it did not
 */
export async function inTheMoment(
  { step }: PlannedFault,
  member: Member,
  strike: () => void,
): Promise<boolean> {
  if (step !== undefined && (await member.steps.next(step, MOMENT_WITHIN_MS, strike))) return true
  const busy = step === undefined && (await momentWhen(() => member.writing))
  strike()
  return busy
}
