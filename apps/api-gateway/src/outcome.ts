/** How a service says no: refusals are values, faults are thrown. Both have a closed set of codes. */

/** The codes that the rules of the product refuse with. */
export type RefusalCode =
  | 'SESSION_NOT_FOUND'
  | 'TASK_NOT_FOUND'
  | 'COMMAND_NOT_FOUND'
  | 'VALIDATION_ERROR'
  | 'UNSUPPORTED_COMMAND_TYPE'
  | 'PAYLOAD_TOO_LARGE'
  | 'DUPLICATE_COMMAND'
  | 'STAGE_MISMATCH'
  | 'SESSION_NOT_ACTIVE'
  | 'COMMAND_NOT_ALLOWED'
  | 'TASK_ALREADY_ENDED'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'TOKEN_EXPIRED'
  | 'INVALID_TICKET'
  | 'INVALID_LAST_EVENT_ID'
  | 'TOO_MANY_STREAMS'

/** A request that was understood and is not carried out; nothing was written. */
export interface Refusal {
  readonly refused: true
  readonly code: RefusalCode
  readonly message: string
  /** Members that stand beside error_code and message in the answer. */
  readonly details?: Readonly<Record<string, unknown>>
  /** True where the same request was carried out, or is under way, already (Idempotent-Replayed). */
  readonly replayed?: boolean
}

/** A refusal as a value. */
export function refuse(code: RefusalCode, message: string, details?: Record<string, unknown>): Refusal {
  return { refused: true, code, message, ...(details ? { details } : {}) }
}

/** Whether a service's answer is a refusal. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && (answer as Partial<Refusal>).refused === true
}

export type FaultCode = 'SERVICE_UNAVAILABLE' | 'OUTCOME_UNKNOWN' | 'CONCURRENCY_CONFLICT' | 'SHUTTING_DOWN'

/**
 * Something outside the request's power went wrong. All but OUTCOME_UNKNOWN left nothing behind;
 * OUTCOME_UNKNOWN means that all was written or nothing.
 */
export class ServiceFault extends Error {
  override readonly name = 'ServiceFault'
  constructor(
    readonly code: FaultCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}
