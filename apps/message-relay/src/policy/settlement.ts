/** Decides what a row becomes after an attempt to publish it. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import { retryDelayMs } from './backoff'
import type { Attempt, Fault, Outcome } from './outcome'

/** After an event FAILED for its own fault: let the key's later events go, or hold them. */
export type FailedKeyPolicy = 'skip' | 'block'

export type Settlement =
  | { readonly kind: 'sent'; readonly attempts: number; readonly partition: number; readonly offset: string }
  | {
      readonly kind: 'retry'
      readonly attempts: number
      readonly delayMs: number
      readonly error: DeliveryError
    }
  | {
      readonly kind: 'failed'
      readonly attempts: number
      readonly error: DeliveryError
      /** An outage failed it: the relay sends it again by itself. */
      readonly willRetry: boolean
      /** It stays in its key's way. */
      readonly holdsKey: boolean
    }
  /** It waits behind another row of its key, or for the broker; no attempt is counted. */
  | { readonly kind: 'park' }
  /** Nothing is written: the cursor goes back to it. */
  | { readonly kind: 'hand_back' }

export interface AttemptedRow {
  readonly attempts: number
  readonly error: DeliveryError | null
}

export interface SettlementContext {
  readonly now: Date
  readonly failedKeyPolicy: FailedKeyPolicy
  /** The batch that tries a broker that was away: its unavailability counts no attempt. */
  readonly trial: boolean
}

/** What `row` becomes, given what happened to it. */
export function decideSettlement(
  row: AttemptedRow,
  attempt: Attempt,
  context: SettlementContext,
): Settlement {
  switch (attempt.kind) {
    case 'sent':
      return {
        kind: 'sent',
        attempts: row.attempts + 1,
        partition: attempt.partition,
        offset: attempt.offset,
      }
    case 'withheld':
      return { kind: 'park' }
    case 'handed_back':
      return { kind: 'hand_back' }
    case 'unavailable':
      if (context.trial && attempt.scope === 'broker') return { kind: 'park' }
      return afterFailure(row, attempt, context)
    case 'record_fault':
    case 'unknown':
      return afterFailure(row, attempt, context)
  }
}

function afterFailure(
  row: AttemptedRow,
  outcome: Exclude<Outcome, { kind: 'sent' }>,
  context: SettlementContext,
): Settlement {
  const attempts = row.attempts + 1
  const error = errorRecord(row, outcome.fault, context.now)
  const final = outcome.kind === 'record_fault' && outcome.final
  const delayMs = final ? undefined : retryDelayMs(attempts)
  if (delayMs !== undefined) return { kind: 'retry', attempts, delayMs, error }
  const willRetry = outcome.kind === 'unavailable'
  return {
    kind: 'failed',
    attempts,
    error,
    willRetry,
    holdsKey: willRetry || context.failedKeyPolicy === 'block',
  }
}

/** What the row keeps of its failures: the last one's reason, and when each was. */
export function errorRecord(row: AttemptedRow, fault: Fault, now: Date): DeliveryError {
  // A row set back to PENDING begins anew: the times of its earlier life are not among its tries.
  const earlier = row.attempts > 0 ? (row.error?.attempts ?? []) : []
  return {
    class: fault.class,
    ...(fault.code === undefined ? {} : { code: fault.code }),
    message: fault.message,
    attempts: [...earlier, now.toISOString()],
  }
}
