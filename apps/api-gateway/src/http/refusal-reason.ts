/** Why a request was turned away before any work was done for it. */
import type { ErrorCode } from './error-map'
import type { RequestFacts } from './request-facts'

export const REFUSAL_REASONS = ['overload', 'waited_too_long', 'rate', 'streams', 'shutting_down'] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** The codes that have one reason alone. */
const REASON_OF: Partial<Record<ErrorCode, RefusalReason>> = {
  RATE_LIMITED: 'rate',
  TOO_MANY_STREAMS: 'streams',
  SHUTTING_DOWN: 'shutting_down',
}

/** Notes the code that a request ends with and, where it is turned away, why; it may be told later, or never. */
export function noteError(facts: RequestFacts, code: ErrorCode, reason = REASON_OF[code]): void {
  facts.errorCode = code
  if (reason !== undefined) facts.refusedFor = reason
}
