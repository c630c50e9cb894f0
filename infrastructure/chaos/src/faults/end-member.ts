/** Ends a gateway or a relay, with kill -9 or SIGTERM, at a step or at a random moment, and starts it again. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PlannedFault } from '../plan/plan'
import type { Member } from '../system/member'
import { gatewayOf, inTheMoment, landed, relayOf, type Ground, type Strike } from './ground'

const kill = async (fault: PlannedFault, member: Member) => {
  const busy = await inTheMoment(fault, member, () => member.signalNow('SIGKILL'))
  await member.ended()
  await delay(fault.lastsMs)
  await member.start()
  return landed(busy)
}

const terminate = async (fault: PlannedFault, ground: Ground, member: Member) => {
  const busy = await inTheMoment(fault, member, () => member.signalNow('SIGTERM'))
  const since = performance.now()
  const how = await member.ended()
  ground.note(
    `${member.name} ended ${((performance.now() - since) / 1000).toFixed(1)} s after SIGTERM: ${how}`,
  )
  if (how !== 'exit code 0') throw new Error(`${member.name} answered SIGTERM with ${how}`)
  await delay(fault.lastsMs)
  await member.start()
  return landed(busy)
}

export const killGateway: Strike = (fault, ground) => kill(fault, gatewayOf(fault, ground))
export const killRelay: Strike = (fault, ground) => kill(fault, relayOf(fault, ground))
export const terminateGateway: Strike = (fault, ground) => terminate(fault, ground, gatewayOf(fault, ground))
export const terminateRelay: Strike = (fault, ground) => terminate(fault, ground, relayOf(fault, ground))
