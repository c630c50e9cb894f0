/** The kinds of faults there are, and how a seed decides the rest of one. */
import { GATEWAY_STEPS, RELAY_STEPS, type Step } from '../wire/steps'
import type { Loss } from '../wire/link'
import type { Random } from './random'

/** Which way is disturbed: from the gateways or relays to their servers. */
export type Way = 'gateway-postgres' | 'relay-postgres' | 'relay-kafka'

/** What a fault is, but for when it strikes. Members that a kind has no use for are absent. */
export interface FaultDetails {
  /** Which gateway or relay, from 1. */
  readonly target?: number
  /** At which step it strikes; at a random moment without one. */
  readonly step?: Step
  /** How long it lasts before it is put right, in milliseconds. */
  readonly lastsMs: number
  readonly loss?: Loss
  readonly way?: Way
}

const WAYS: readonly Way[] = ['gateway-postgres', 'relay-postgres', 'relay-kafka']
const LOSSES: readonly Loss[] = ['reset', 'silence']
const MEMBERS = 3

const member = (random: Random) => ({ target: random.between(1, MEMBERS) })
const lasting = (random: Random, low: number, high: number) => ({ lastsMs: random.between(low, high) })
/** One after another from fault to fault of a kind, so that twenty seeds have every step. */
const everyStep = (nth: number, steps: readonly [Step, ...Step[]]) => ({
  step: steps[nth % steps.length] ?? steps[0],
})
const atStep = (random: Random, steps: readonly Step[]) => ({ step: random.pick(steps) })
/** Half of them at a random moment. */
const perhapsAtStep = (random: Random, steps: readonly Step[]) =>
  random.chance(0.5) ? atStep(random, steps) : {}

/** How each kind is decided: by the seed alone, from which `nth`, its number among those of its kind, follows too. */
export const KINDS = {
  'gateway killed': (random: Random) => ({
    ...member(random),
    ...perhapsAtStep(random, GATEWAY_STEPS),
    ...lasting(random, 0, 1_000),
  }),
  'gateway frozen': (random: Random) => ({
    ...member(random),
    ...perhapsAtStep(random, GATEWAY_STEPS),
    ...lasting(random, 1_000, 5_000),
  }),
  'gateway terminated': (random: Random, nth: number) => ({
    ...member(random),
    ...everyStep(nth, GATEWAY_STEPS),
    ...lasting(random, 0, 500),
  }),
  'relay killed': (random: Random) => ({
    ...member(random),
    ...perhapsAtStep(random, RELAY_STEPS),
    ...lasting(random, 0, 1_000),
  }),
  'relay frozen': (random: Random) => ({
    ...member(random),
    ...perhapsAtStep(random, RELAY_STEPS),
    // Half of them outlast their lease of 10 s: another relay takes over, and the frozen one wakes up without it.
    ...(random.chance(0.5) ? lasting(random, 1_000, 5_000) : lasting(random, 10_500, 12_500)),
  }),
  'relay terminated': (random: Random, nth: number) => ({
    ...member(random),
    ...everyStep(nth, RELAY_STEPS),
    ...lasting(random, 0, 500),
  }),
  'postgres killed': (random: Random) => lasting(random, 0, 2_000),
  'postgres frozen': (random: Random) => lasting(random, 1_000, 5_000),
  'postgres killed mid-commit': (random: Random) => ({ ...member(random), ...lasting(random, 0, 500) }),
  'kafka killed': (random: Random) => lasting(random, 0, 1_500),
  'kafka frozen': (random: Random) => lasting(random, 1_000, 6_000),
  'commit answer lost': (random: Random) => ({
    ...member(random),
    ...lasting(random, 1_000, 3_000),
    loss: random.pick(LOSSES),
  }),
  'relay answer lost': (random: Random) => ({
    ...member(random),
    step: random.pick(['publish-sent', 'settle-sent'] as const),
    ...lasting(random, 1_000, 3_000),
    loss: random.pick(LOSSES),
  }),
  'network black hole': (random: Random) => ({
    ...member(random),
    ...lasting(random, 2_000, 6_000),
    way: random.pick(WAYS),
  }),
  'network resets': (random: Random) => ({ ...lasting(random, 500, 2_000), way: random.pick(WAYS) }),
  'serialization storm': (random: Random) => ({ ...member(random), ...lasting(random, 2_000, 4_000) }),
  'pool exhausted': (random: Random) => ({ ...member(random), ...lasting(random, 2_500, 3_500) }),
  'disk full': (random: Random) => lasting(random, 2_000, 3_500),
  'broker slow': (random: Random) => lasting(random, 3_000, 6_000),
  'topic deleted': (random: Random) => lasting(random, 300, 1_500),
} satisfies Record<string, (random: Random, nth: number) => FaultDetails>

export type FaultKind = keyof typeof KINDS

export const FAULT_KINDS = Object.keys(KINDS) as FaultKind[]
