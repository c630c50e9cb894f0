/** The one map from the product's error codes to HTTP statuses. */
import type { FaultCode, RefusalCode } from '../outcome'

/** Codes that only the HTTP side answers with. */
export type HttpCode =
  | 'BAD_REQUEST'
  | 'INVALID_PATH'
  | 'INVALID_SESSION_ID'
  | 'INVALID_TASK_ID'
  | 'INVALID_COMMAND_ID'
  | 'INVALID_JSON'
  | 'PAYLOAD_TOO_DEEP'
  | 'INVALID_CHARACTER'
  | 'INVALID_ENCODING'
  | 'NUMBER_OUT_OF_RANGE'
  | 'INVALID_IDEMPOTENCY_KEY'
  | 'MISSING_TOKEN'
  | 'INVALID_TOKEN'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_ACCEPTABLE'
  | 'REQUEST_TIMEOUT'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMITED'
  | 'HEADERS_TOO_LARGE'
  | 'INTERNAL_ERROR'

export type ErrorCode = HttpCode | RefusalCode | FaultCode

export const STATUS_OF: Readonly<Record<ErrorCode, number>> = {
  BAD_REQUEST: 400,
  INVALID_PATH: 400,
  INVALID_SESSION_ID: 400,
  INVALID_TASK_ID: 400,
  INVALID_COMMAND_ID: 400,
  INVALID_JSON: 400,
  VALIDATION_ERROR: 400,
  UNSUPPORTED_COMMAND_TYPE: 400,
  PAYLOAD_TOO_DEEP: 400,
  INVALID_CHARACTER: 400,
  INVALID_ENCODING: 400,
  NUMBER_OUT_OF_RANGE: 400,
  INVALID_IDEMPOTENCY_KEY: 400,
  INVALID_LAST_EVENT_ID: 400,
  MISSING_TOKEN: 401,
  INVALID_TOKEN: 401,
  TOKEN_EXPIRED: 401,
  INVALID_TICKET: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  SESSION_NOT_FOUND: 404,
  TASK_NOT_FOUND: 404,
  COMMAND_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  DUPLICATE_COMMAND: 409,
  STAGE_MISMATCH: 409,
  SESSION_NOT_ACTIVE: 409,
  COMMAND_NOT_ALLOWED: 409,
  TASK_ALREADY_ENDED: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  TOO_MANY_STREAMS: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
  OUTCOME_UNKNOWN: 503,
  CONCURRENCY_CONFLICT: 503,
  SHUTTING_DOWN: 503,
}

/** What a client reads of a fault: a fault's own message may hold internals and stays in the log. */
export const FAULT_MESSAGE: Readonly<Record<FaultCode | 'INTERNAL_ERROR', string>> = {
  SERVICE_UNAVAILABLE: 'The service cannot answer at the moment; nothing was written',
  OUTCOME_UNKNOWN:
    'Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out',
  CONCURRENCY_CONFLICT: 'Too many requests at once changed the same session; nothing was written',
  SHUTTING_DOWN: 'This process is shutting down; nothing was written',
  INTERNAL_ERROR: 'Something went wrong on our side',
}

/** Headers that every answer with this code carries. */
export function headersOf(code: ErrorCode): Readonly<Record<string, string>> {
  const status = STATUS_OF[code]
  if (status === 401) return { 'WWW-Authenticate': 'Bearer' }
  if (status === 429 || status === 503) return { 'Retry-After': '1' }
  return {}
}
