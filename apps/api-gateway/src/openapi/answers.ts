/** The answers of an operation: those of its success with their schemas, and every refusal with its codes. */
import { STATUS_OF, type ErrorCode } from '../http/error-map'
import { errorExample, errorSchemaName } from './error-schemas'

export type JsonObject = Readonly<Record<string, unknown>>

/** Codes that any request may meet, whatever it asks for. */
export const ALWAYS: readonly ErrorCode[] = [
  'BAD_REQUEST',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
  'INTERNAL_ERROR',
  'SHUTTING_DOWN',
]

const header = (name: string): JsonObject => ({ [name]: { $ref: `#/components/headers/${name}` } })

/** The headers of an answer, by its status and by what the operation has. */
export function headersOfAnswer(
  status: number,
  has: { readonly location?: string; readonly rateLimit?: boolean; readonly replay?: boolean },
): JsonObject {
  const asReplayed = has.replay === true && (status < 300 || status === 409)
  // The rate is looked at after the caller is known; what was refused before has no such headers.
  const counted = has.rateLimit === true && ![401, 403, 408, 431].includes(status)
  return {
    ...header('X-Request-Id'),
    ...(has.location !== undefined && (status === 201 || status === 202) ? header('Location') : {}),
    ...(asReplayed ? header('Idempotent-Replayed') : {}),
    ...(counted ? { ...header('RateLimit'), ...header('RateLimit-Policy') } : {}),
    ...(status === 401 ? header('WWW-Authenticate') : {}),
    ...(status === 405 ? header('Allow') : {}),
    ...(status === 429 || status === 503 ? header('Retry-After') : {}),
  }
}

/** The error answers that `codes` make, by status. */
export function errorAnswers(
  codes: Iterable<ErrorCode>,
  has: { readonly rateLimit?: boolean; readonly replay?: boolean } = {},
): JsonObject {
  const byStatus = new Map<number, ErrorCode[]>()
  for (const code of [...new Set(codes)].sort()) {
    byStatus.set(STATUS_OF[code], [...(byStatus.get(STATUS_OF[code]) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [status, errorAnswer(ofStatus, headersOfAnswer(status, has))]),
  )
}

function errorAnswer(codes: readonly ErrorCode[], headers: JsonObject): JsonObject {
  const refs = codes.map((code) => ({ $ref: `#/components/schemas/${errorSchemaName(code)}` }))
  return {
    description: codes.map((code) => `\`${code}\`: ${errorExample(code).summary}`).join('\n\n'),
    headers,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['error_code'],
          properties: { error_code: { type: 'string', enum: codes } },
          oneOf: refs,
        },
        examples: Object.fromEntries(codes.map((code) => [code, errorExample(code)])),
      },
    },
  }
}
