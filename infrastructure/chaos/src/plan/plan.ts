/** The plan of a seed: which fault, when, where and for how long. A pure function of the seed and the length. */
import { FAULT_KINDS, KINDS, type FaultDetails, type FaultKind } from './kinds'
import { randomOf } from './random'

export interface PlannedFault extends FaultDetails {
  readonly kind: FaultKind
  /** Not before, in milliseconds from the beginning of the load: a fault waits for the end of the one before. */
  readonly atMs: number
  /** It waits until all is well again, too; else it strikes into the aftermath. */
  readonly waits: boolean
}

export interface Plan {
  readonly seed: number
  /** How long the load lasts; what follows is calm. */
  readonly loadMs: number
  readonly faults: readonly PlannedFault[]
}

/** The load has begun before the first fault. */
const LEAD_MS = 2_000
/** One fault in each slot, most of which end, and are recovered from, within it. */
const PACE_MS = 8_500
/** A fault comes this much of its slot later than the slot begins, at most. */
const JITTER = 0.2
/** The part of the faults that strike a system which is well. */
const WAITING = 0.75

export interface PlanOptions {
  /** Only these kinds; none for a run without faults. */
  readonly kinds?: readonly FaultKind[]
  /** From one fault to the next, in milliseconds. */
  readonly paceMs?: number
}

/**
 * The plan of `seed`.
 * @param loadMs how long there is load: so many faults as have room in it
 */
export function planOf(
  seed: number,
  loadMs: number,
  { kinds = FAULT_KINDS, paceMs = PACE_MS }: PlanOptions = {},
): Plan {
  const random = randomOf(seed)
  const slots = kinds.length === 0 ? 0 : Math.max(1, Math.floor((loadMs - LEAD_MS) / paceMs))
  // Seed after seed goes on in the list where the one before ended: any run of seeds has all kinds about equally often.
  const turn = Array.from({ length: slots }, (_, slot) => seed * slots + slot).flatMap((at) => {
    const kind = kinds[at % kinds.length]
    return kind === undefined ? [] : [{ kind, nth: Math.floor(at / kinds.length) }]
  })
  const faults = random.shuffled(turn).map(({ kind, nth }, slot) => ({
    kind,
    atMs: LEAD_MS + slot * paceMs + random.between(0, JITTER * paceMs),
    waits: random.chance(WAITING),
    ...KINDS[kind](random, nth),
  }))
  return { seed, loadMs, faults }
}

/** A fault in words: `gateway killed: 2, at commit-sent, 0.4 s`. */
export function describe(fault: PlannedFault): string {
  const { kind, target, step, lastsMs, loss, way, waits } = fault
  const where = [
    way,
    target === undefined ? undefined : String(target),
    step && `at ${step}`,
    loss && `by ${loss}`,
  ]
  const details = [
    ...where.filter(Boolean),
    `${(lastsMs / 1000).toFixed(1)} s`,
    ...(waits ? [] : ['whatever state all is in']),
  ]
  return `${kind}: ${details.join(', ')}`
}
