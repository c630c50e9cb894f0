/** What a seed stands for: how much there is to relay, by whom, and what goes wrong meanwhile. */
import type { FailedKeyPolicy } from '../policy/settlement'
import type { Chance } from './chance'

export interface Plan {
  readonly relays: number
  readonly lanes: number
  /** Keys whose writers wait for one another, as the gateway's do. */
  readonly serialKeys: number
  /** Keys whose writers do not: their rows have no order but that of their numbers, among those visible. */
  readonly looseKeys: number
  readonly transactions: number
  readonly failedKeyPolicy: FailedKeyPolicy
  readonly batchRows: number
  readonly batchBytes: number
  readonly requestRecords: number
  /** Rows looked at in one lane by one claim at most. */
  readonly longestLook: number
  readonly sentRetentionMs: number
  /** After this everything works, and all has to be relayed. */
  readonly troubleMs: number
  /** Usual time of a way from one to another. */
  readonly wayMs: number
  readonly faults: Faults
}

/** Numbers above one are how often, those below are the probability for each that it may befall. */
export interface Faults {
  readonly crashes: number
  readonly freezes: number
  readonly stops: number
  readonly databaseOutages: number
  readonly databaseFreezes: number
  readonly brokerOutages: number
  readonly brokerFreezes: number
  readonly operatorActs: number
  readonly strangers: number
  readonly statementRefused: number
  readonly answerLost: number
  readonly statementHangs: number
  readonly requestRefused: number
  readonly requestUnclear: number
  readonly requestLost: number
  readonly badRow: number
  /** Records that end as unavailable each time they are sent, though the broker is well. */
  readonly poison: number
  readonly slowCommit: number
  readonly rollback: number
  readonly signalLost: number
  /** One takes a hundred times as long from one to another. */
  readonly longWay: number
}

/** What writers do, and an answer that says nothing: no relay is later for it. */
const TOUCHES_NO_RELAY: ReadonlySet<string> = new Set([
  'badRow',
  'requestUnclear',
  'rollback',
  'slowCommit',
  'strangers',
])

/** How many of the plans are calm. */
const CALM = 0.1

/** Each seed has some kinds of fault and not others: a crowd of them hides what two of them do together. */
export function planOf(chance: Chance): Plan {
  return {
    relays: chance.from(2, 3),
    lanes: chance.from(2, 5),
    serialKeys: chance.from(1, 5),
    looseKeys: chance.from(0, 2),
    transactions: chance.from(4, 16),
    failedKeyPolicy: chance.happens(0.7) ? 'skip' : 'block',
    batchRows: chance.from(1, 8),
    batchBytes: chance.happens(0.2) ? 200 : 100_000,
    requestRecords: chance.from(1, 6),
    longestLook: chance.happens(0.5) ? chance.from(2, 5) : 2000,
    sentRetentionMs: chance.happens(0.25) ? chance.from(500, 4000) : 0,
    troubleMs: chance.from(1000, 15_000),
    wayMs: chance.oneOf([0.5, 2, 20]),
    faults: faultsOf(chance),
  }
}

function faultsOf(chance: Chance): Faults {
  const some = (value: () => number): number => (chance.happens(0.4) ? value() : 0)
  const few = (): number => chance.from(1, 2)
  const seldom = (): number => chance.between(0.01, 0.15)
  const faults = {
    crashes: some(few),
    freezes: some(few),
    stops: some(few),
    databaseOutages: some(few),
    databaseFreezes: some(few),
    brokerOutages: some(few),
    brokerFreezes: some(few),
    operatorActs: some(() => chance.from(1, 4)),
    strangers: some(few),
    statementRefused: some(seldom),
    answerLost: some(seldom),
    statementHangs: some(() => chance.between(0.002, 0.02)),
    requestRefused: some(seldom),
    requestUnclear: some(seldom),
    requestLost: some(seldom),
    badRow: some(seldom),
    poison: some(few),
    slowCommit: some(() => chance.between(0.1, 0.5)),
    rollback: some(seldom),
    signalLost: some(() => chance.between(0.1, 0.9)),
    longWay: 0.03,
  }
  if (!chance.happens(CALM)) return faults
  const calm = Object.entries(faults).map(([fault, often]) => [
    fault,
    TOUCHES_NO_RELAY.has(fault) ? often : 0,
  ])
  return { ...(Object.fromEntries(calm) as Faults), badRow: chance.between(0.05, 0.3) }
}

/** No fault touches a relay, PostgreSQL or Kafka. */
export function isCalm({ faults }: Plan): boolean {
  return Object.entries(faults).every(([fault, often]) => often === 0 || TOUCHES_NO_RELAY.has(fault))
}
