/** The request headers that are more than transport: Idempotency-Key and traceparent. */
import type { IncomingHttpHeaders } from 'node:http'
import { parseTraceparent } from '@infinite-scribe/service-kit'
import { HttpProblem } from './problem'

const VISIBLE_ASCII = '[!-~]'
const MAX_KEY_LENGTH = 255
const KEY = new RegExp(`^${VISIBLE_ASCII}{1,${MAX_KEY_LENGTH}}$`)

/** As the document has it. */
export const IDEMPOTENCY_KEY_SCHEMA = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_KEY_LENGTH,
  pattern: `^${VISIBLE_ASCII}+$`,
} as const
export const IDEMPOTENCY_KEY_RULE = `Idempotency-Key must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters`

/**
 * The Idempotency-Key, or undefined where the header is absent.
 * @throws {HttpProblem} INVALID_IDEMPOTENCY_KEY unless it is 1 to 255 visible ASCII characters.
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new HttpProblem('INVALID_IDEMPOTENCY_KEY', IDEMPOTENCY_KEY_RULE)
  }
  return key
}

/** The W3C traceparent where it is a valid one; the standard says to ignore any other. */
export function readTraceparent(headers: IncomingHttpHeaders): string | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' && parseTraceparent(traceparent) ? traceparent : undefined
}
