/** What a fault works on, and what it tells of itself. */
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

/** Whether it struck while work was in flight; or why it cannot be done here. */
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

/** How long a fault waits for its step: under load each comes many times a second. */
const STEP_WITHIN_MS = 4_000

/**
 * Runs `strike` in the moment of the fault's step, if it has one and it comes, else now.
 * @returns whether work was in flight in that moment
 */
export async function inTheMoment(
  { step }: PlannedFault,
  member: Member,
  { ledger }: Ground,
  strike: () => void,
): Promise<boolean> {
  if (step !== undefined && (await member.steps.next(step, STEP_WITHIN_MS, strike))) return true
  const busy = ledger.inFlight > 0
  strike()
  return busy && step === undefined
}
