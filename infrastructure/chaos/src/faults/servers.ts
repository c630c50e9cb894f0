/** Kills and freezes PostgreSQL and Kafka. */
import { setTimeout as delay } from 'node:timers/promises'
import type { StackPart } from '@infinite-scribe/local-stack'
import type { PlannedFault } from '../plan/plan'
import { gatewayOf, landed, type Ground, type Strike } from './ground'

const kill = async ({ lastsMs }: PlannedFault, { ledger }: Ground, part: StackPart) => {
  const busy = ledger.inFlight > 0
  await part.kill()
  await delay(lastsMs)
  await part.start()
  return landed(busy)
}

const freeze = async ({ lastsMs }: PlannedFault, { ledger }: Ground, part: StackPart) => {
  const busy = ledger.inFlight > 0
  await part.freeze()
  await delay(lastsMs)
  await part.thaw()
  return landed(busy)
}

export const killPostgres: Strike = (fault, ground) => kill(fault, ground, ground.system.postgres)
export const killKafka: Strike = (fault, ground) => kill(fault, ground, ground.system.kafka)
export const freezePostgres: Strike = (fault, ground) => freeze(fault, ground, ground.system.postgres)
export const freezeKafka: Strike = (fault, ground) => freeze(fault, ground, ground.system.kafka)

/** Kills PostgreSQL while a COMMIT is on its way to it: whether it is carried out nobody can say. */
export const killPostgresMidCommit: Strike = async (fault, ground) => {
  const { postgres } = ground.system
  // Not within the step, at which the COMMIT has yet to go on: a server that is killed there never hears of it.
  if (!(await gatewayOf(fault, ground).steps.next('commit-sent', 4_000, () => undefined))) return 'missed'
  await postgres.kill()
  await delay(fault.lastsMs)
  await postgres.start()
  return 'landed'
}
