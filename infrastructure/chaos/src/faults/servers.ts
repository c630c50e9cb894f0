/** Kills and freezes PostgreSQL and Kafka. */
import { setTimeout as delay } from 'node:timers/promises'
import type { StackPart } from '@infinite-scribe/local-stack'
import type { PlannedFault } from '../plan/plan'
import { gatewayOf, landed, momentWhen, type Ground, type Landing, type Strike } from './ground'

/** Runs `strike` in a moment in which one of the members waits for the server's answer to a write. */
async function whileAtWork(isAtWork: () => boolean, strike: () => Promise<void>): Promise<Landing> {
  const busy = await momentWhen(isAtWork)
  await strike()
  return landed(busy)
}

const kill = (isAtWork: () => boolean, part: StackPart, { lastsMs }: PlannedFault) =>
  whileAtWork(isAtWork, async () => {
    await part.kill()
    await delay(lastsMs)
    await part.start()
  })

const freeze = (isAtWork: () => boolean, part: StackPart, { lastsMs }: PlannedFault) =>
  whileAtWork(isAtWork, async () => {
    await part.freeze()
    await delay(lastsMs)
    await part.thaw()
  })

/** A transaction of a gateway or a relay. */
const writesToPostgres =
  ({ system }: Ground) =>
  () =>
    system.members.some(({ postgres }) => postgres.writing)
/** A publish. */
const writesToKafka =
  ({ system }: Ground) =>
  () =>
    system.relays.some(({ kafka }) => kafka?.writing)

export const killPostgres: Strike = (fault, ground) =>
  kill(writesToPostgres(ground), ground.system.postgres, fault)
export const killKafka: Strike = (fault, ground) => kill(writesToKafka(ground), ground.system.kafka, fault)
export const freezePostgres: Strike = (fault, ground) =>
  freeze(writesToPostgres(ground), ground.system.postgres, fault)
export const freezeKafka: Strike = (fault, ground) =>
  freeze(writesToKafka(ground), ground.system.kafka, fault)

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
