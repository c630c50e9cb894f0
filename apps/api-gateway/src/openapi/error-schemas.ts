/** What every error answer is: a schema and an example for each code, named for the document. */
import { SESSION_STAGES, TASK_STATUSES } from '@infinite-scribe/shared-types'
import { FAULT_MESSAGE, STATUS_OF, type ErrorCode } from '../http/error-map'
import { MAX_DEPTH } from '../http/json-body'
import { IDEMPOTENCY_KEY_RULE } from '../http/request-headers'
import type { JsonSchema } from '../json-schema'
import { AGENT_SCOPE } from '../tasks/task-service'
import { ERROR_DETAILS } from './examples'

const text = { type: 'string' } as const
const currentStage = { current_stage: { enum: SESSION_STAGES } }

/** The members that an answer with this code always has beside error_code and message. */
const DETAILS: Readonly<Partial<Record<ErrorCode, Readonly<Record<string, JsonSchema>>>>> = {
  VALIDATION_ERROR: {
    errors: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { ...text, description: 'JSON Pointer into the body, or /name of a query parameter' },
          message: text,
        },
        additionalProperties: false,
      },
    },
  },
  UNSUPPORTED_COMMAND_TYPE: { supported: { type: 'array', items: text } },
  DUPLICATE_COMMAND: { duplicate_command_id: { ...text, format: 'uuid' } },
  STAGE_MISMATCH: currentStage,
  SESSION_NOT_ACTIVE: currentStage,
  COMMAND_NOT_ALLOWED: currentStage,
  TASK_ALREADY_ENDED: { status: { enum: TASK_STATUSES } },
}

/** Members that only some answers with this code have. */
const SOMETIMES: Readonly<Partial<Record<ErrorCode, Readonly<Record<string, JsonSchema>>>>> = {
  PAYLOAD_TOO_LARGE: { limit: { type: 'integer', description: 'In bytes' } },
  PAYLOAD_TOO_DEEP: { limit: { type: 'integer' } },
}

const MEANING: Readonly<Record<ErrorCode, string>> = {
  BAD_REQUEST: 'The request is no proper HTTP, or has not exactly one Host header',
  INVALID_PATH: 'The path holds a percent escape that means nothing',
  INVALID_SESSION_ID: 'The session id is no UUID',
  INVALID_TASK_ID: 'The task id is no UUID',
  INVALID_COMMAND_ID: 'The command id is no UUID',
  INVALID_JSON: 'The body is not valid JSON, no object, or has a key twice',
  VALIDATION_ERROR: 'The request is not valid',
  UNSUPPORTED_COMMAND_TYPE: 'There is no such command type',
  PAYLOAD_TOO_DEEP: `The body is nested deeper than ${MAX_DEPTH}`,
  INVALID_CHARACTER: 'A string holds \\u0000 or half of a surrogate pair',
  INVALID_ENCODING: 'The body is not valid UTF-8, or not what its Content-Encoding says',
  NUMBER_OUT_OF_RANGE: 'A number is beyond what can be kept exactly',
  INVALID_IDEMPOTENCY_KEY: IDEMPOTENCY_KEY_RULE,
  INVALID_LAST_EVENT_ID: 'The position is none of this stream',
  MISSING_TOKEN: 'The call needs Authorization: Bearer <JWT>',
  INVALID_TOKEN: 'The token is not valid',
  TOKEN_EXPIRED: 'The token has expired',
  INVALID_TICKET: 'The ticket is not valid, was used, or has expired',
  FORBIDDEN: `The call needs the scope ${AGENT_SCOPE}`,
  NOT_FOUND: 'There is no such route',
  SESSION_NOT_FOUND: 'There is no such session',
  TASK_NOT_FOUND: 'There is no such task',
  COMMAND_NOT_FOUND: 'There is no such command in this session',
  METHOD_NOT_ALLOWED: 'The path knows GET, HEAD, OPTIONS',
  NOT_ACCEPTABLE: 'The answer is of a type that Accept does not allow',
  REQUEST_TIMEOUT: 'The request did not arrive in time',
  DUPLICATE_COMMAND: 'Command already processing',
  STAGE_MISMATCH: 'The current stage is WORLDVIEW',
  SESSION_NOT_ACTIVE: 'The session is COMPLETED',
  COMMAND_NOT_ALLOWED: 'Concepts are generated at CONCEPT_SELECTION only',
  TASK_ALREADY_ENDED: 'The task is CANCELLED',
  PAYLOAD_TOO_LARGE: 'The body, or the event that it would make, is too large',
  UNSUPPORTED_MEDIA_TYPE: 'The body must be application/json in UTF-8',
  IDEMPOTENCY_KEY_REUSED: 'The Idempotency-Key was used for another request',
  RATE_LIMITED: 'At most 100 commands a second',
  TOO_MANY_STREAMS: 'A user may have 10 streams at a time',
  HEADERS_TOO_LARGE: 'The headers are larger than 16 KB',
  ...FAULT_MESSAGE,
}

export const ERROR_CODES = Object.keys(STATUS_OF).sort() as ErrorCode[]

/** The component that describes an answer with this code. */
export function errorSchemaName(code: ErrorCode): string {
  const words = code.split('_').map((word) => word.charAt(0) + word.slice(1).toLowerCase())
  return `${words.join('').replace(/Error$/, '')}Error`
}

/** The answer with this code, member for member. */
export function errorSchema(code: ErrorCode): JsonSchema {
  const details = DETAILS[code] ?? {}
  return {
    type: 'object',
    required: ['error_code', 'message', ...Object.keys(details)],
    properties: {
      error_code: { type: 'string', enum: [code] },
      message: code === 'DUPLICATE_COMMAND' ? { const: MEANING.DUPLICATE_COMMAND } : text,
      ...details,
      ...SOMETIMES[code],
    },
    additionalProperties: false,
  }
}

/** An answer with this code. */
export function errorExample(code: ErrorCode): { summary: string; value: object } {
  return {
    summary: MEANING[code],
    value: { error_code: code, message: MEANING[code], ...ERROR_DETAILS[code] },
  }
}
