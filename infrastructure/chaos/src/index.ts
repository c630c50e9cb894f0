/** The invariants, for tests and tools: what `npm run chaos` holds the system to. */
export { brokenAmong, checkInvariants, INVARIANTS, type Verdict } from './invariants/check-invariants'
export type {
  Answer,
  CalmWindow,
  Evidence,
  PastTopic,
  ResourceSample,
  TopicRecord,
  UnusedTicket,
} from './invariants/evidence'
export type { InvariantId, Violation } from './invariants/invariant'
