/** Freezes a gateway or a relay, at a step or at a random moment, and thaws it. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PlannedFault } from '../plan/plan'
import type { Member } from '../system/member'
import { gatewayOf, inTheMoment, landed, relayOf, type Strike } from './ground'

const freeze = async (fault: PlannedFault, member: Member) => {
  let frozen: Promise<void> = Promise.resolve()
  const busy = await inTheMoment(fault, member, () => {
    frozen = member.freeze()
  })
  await frozen
  await delay(fault.lastsMs)
  await member.thaw()
  return landed(busy)
}

export const freezeGateway: Strike = (fault, ground) => freeze(fault, gatewayOf(fault, ground))
export const freezeRelay: Strike = (fault, ground) => freeze(fault, relayOf(fault, ground))
