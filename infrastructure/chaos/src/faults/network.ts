/** Disturbs the network between the services and their servers: lost answers, black holes, resets, slowness. */
import { setTimeout as delay } from 'node:timers/promises'
import type { PlannedFault } from '../plan/plan'
import type { Member } from '../system/member'
import type { Link } from '../wire/link'
import { gatewayOf, landed, momentWhen, relayOf, type Ground, type Strike } from './ground'

const STEP_WITHIN_MS = 4_000
const SLOW_MS = 500
/** Between two resets. */
const RESET_EVERY_MS = 250

/** The answer to a COMMIT is lost: the transaction is there, and the gateway cannot know. */
export const loseCommitAnswer: Strike = (fault, ground) =>
  loseAnswer(fault, gatewayOf(fault, ground), 'commit-sent')

/** The answer to a publish or to a settlement is lost. */
export const loseRelayAnswer: Strike = (fault, ground) =>
  loseAnswer(fault, relayOf(fault, ground), fault.step ?? 'publish-sent')

async function loseAnswer(
  { loss = 'reset', lastsMs }: PlannedFault,
  member: Member,
  step: Parameters<Member['steps']['next']>[0],
) {
  const struck = await member.steps.next(step, STEP_WITHIN_MS, (connection) => connection.loseAnswers(loss))
  await delay(lastsMs)
  return landed(struck)
}

/** Nothing passes; what was sent arrives when the hole closes. */
export const blackHole: Strike = async (fault, ground) => {
  const link = linkOf(fault, ground)
  const busy = await momentWhen(() => link.writing)
  link.blackHole()
  await delay(fault.lastsMs)
  link.heal()
  return landed(busy)
}

/** Connections of all members of a kind are reset, again and again. */
export const resets: Strike = async (fault, ground) => {
  const { system } = ground
  const members = fault.way === 'gateway-postgres' ? system.gateways : system.relays
  const links = members.map((member) => linkOfMember(fault, member))
  const busy = await momentWhen(() => links.some(({ writing }) => writing))
  const until = performance.now() + fault.lastsMs
  do {
    for (const link of links) link.reset()
    await delay(RESET_EVERY_MS)
  } while (performance.now() < until)
  return landed(busy)
}

/** Kafka answers half a second late, and hears half of that late. */
export const slowBroker: Strike = async (fault, ground) => {
  const links = ground.system.relays.flatMap(({ kafka }) => (kafka ? [kafka] : []))
  const published = () =>
    ground.system.relays.reduce((sum, { steps }) => sum + steps.count('publish-sent'), 0)
  const before = published()
  for (const link of links) link.delayMs = SLOW_MS / 2
  await delay(fault.lastsMs)
  for (const link of links) link.delayMs = 0
  return landed(published() > before)
}

function linkOf(fault: PlannedFault, ground: Ground): Link {
  return linkOfMember(
    fault,
    fault.way === 'gateway-postgres' ? gatewayOf(fault, ground) : relayOf(fault, ground),
  )
}

const linkOfMember = ({ way }: PlannedFault, member: Member): Link =>
  way === 'relay-kafka' ? (member.kafka ?? member.postgres) : member.postgres
