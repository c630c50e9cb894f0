/** Holds a system to all invariants, from outside. */
import type { Evidence } from './evidence'
import { answeredIsWritten } from './i1-answered-is-written'
import { bounded } from './i10-bounded'
import { refusedLeftNothing } from './i2-refused-left-nothing'
import { nothingLost } from './i3-nothing-lost'
import { sameIdSameBytes } from './i4-same-id-same-bytes'
import { orderOfKeys } from './i5-order-of-keys'
import { unbrokenChain } from './i6-unbroken-chain'
import { oneUnfinished } from './i7-one-unfinished'
import { oneEnd } from './i8-one-end'
import { retriesOnTime } from './i9-retries-on-time'
import type { Invariant, InvariantId, Judgement } from './invariant'
import { withEvidence } from './open-evidence'

export const INVARIANTS: readonly Invariant[] = [
  answeredIsWritten,
  refusedLeftNothing,
  nothingLost,
  sameIdSameBytes,
  orderOfKeys,
  unbrokenChain,
  oneUnfinished,
  oneEnd,
  retriesOnTime,
  bounded,
]

export interface Verdict extends Judgement {
  readonly id: InvariantId
  readonly title: string
}

/**
 * What each invariant says of the evidence. Nothing is written but temporary tables of its own connection; it may
 * be asked while the system runs.
 * @throws what PostgreSQL or kafkajs throws
 */
export function checkInvariants(evidence: Evidence): Promise<Verdict[]> {
  return withEvidence(evidence, async (open) => {
    const verdicts: Verdict[] = []
    for (const invariant of INVARIANTS) {
      const { id, title } = invariant
      verdicts.push({ id, title, ...(await invariant.check(open)) })
    }
    return verdicts
  })
}

/** Those that do not hold. */
export const brokenAmong = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter(({ violations }) => violations.length > 0)

/** Those that were held to something and were not broken by it. */
export const heldAmong = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter(({ violations, judged }) => violations.length === 0 && judged > 0)

/** Those that found nothing to judge: they have not held, they have not been asked. */
export const heldToNothing = (verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter(({ judged }) => judged === 0)
