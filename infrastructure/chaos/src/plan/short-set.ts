/** The fixed short set: what every change is held to, in under a minute. */
import type { FaultKind } from './kinds'

/** Faults that strike in the middle of a transaction or a publish, and are over at once. */
const KINDS: readonly FaultKind[] = [
  'gateway killed',
  'commit answer lost',
  'gateway terminated',
  'postgres killed mid-commit',
  'network resets',
  'relay answer lost',
  'relay terminated',
]

export const SHORT_SET = { seeds: [1, 2], minutes: 0.8, paceMs: 2_000, kinds: KINDS } as const
