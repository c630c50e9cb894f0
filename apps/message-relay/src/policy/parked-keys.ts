/** Judges the first parked row of a key: may the key's parked rows go now? */
import type { OutboxStatus } from '@infinite-scribe/shared-types'
import type { FailedKeyPolicy } from './settlement'

/** The parked row of a key with the smallest seq. */
export interface ParkedHead {
  readonly lane: number
  readonly key: string
  readonly id: string
  readonly seq: number
  readonly status: OutboxStatus
  readonly attempts: number
  /** Milliseconds until it may be tried, or set back; zero or less is now. */
  readonly dueInMs: number
  readonly willRetry: boolean
  readonly dropped: boolean
}

export type Verdict =
  /** Publish it, and what follows it. */
  | 'run'
  /** Its time has not come. */
  | 'wait'
  /** It FAILED in an outage that is over: PENDING again. */
  | 'set_back'
  /** It no longer holds its key: out of the way with it. */
  | 'release'
  /** It holds its key until an operator acts, or the outage ends. */
  | 'hold'

export interface ParkedContext {
  readonly failedKeyPolicy: FailedKeyPolicy
  /** While the circuit is open only rows whose retries had begun may go. */
  readonly retriesOnly: boolean
}

/** What to do with a key whose first parked row is `head`. */
export function judgeParkedHead(head: ParkedHead, context: ParkedContext): Verdict {
  if (head.status === 'PENDING') {
    if (head.dueInMs > 0) return 'wait'
    return context.retriesOnly && head.attempts === 0 ? 'hold' : 'run'
  }
  if (head.status === 'SENT' || head.dropped) return 'release'
  if (head.willRetry) {
    if (context.retriesOnly) return 'hold'
    return head.dueInMs > 0 ? 'wait' : 'set_back'
  }
  return context.failedKeyPolicy === 'block' ? 'hold' : 'release'
}
