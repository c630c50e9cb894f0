/** The request headers that are more than transport: Idempotency-Key and traceparent. */
import type { IncomingHttpHeaders } from 'node:http'
import { HttpProblem } from './problem'

const KEY = /^[\x21-\x7e]{1,255}$/
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

/**
 * The Idempotency-Key, or undefined where the header is absent.
 * @throws {HttpProblem} INVALID_IDEMPOTENCY_KEY unless it is 1 to 255 visible ASCII characters.
 */
export function readIdempotencyKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !KEY.test(key)) {
    throw new HttpProblem(
      'INVALID_IDEMPOTENCY_KEY',
      'Idempotency-Key must be 1 to 255 visible ASCII characters',
    )
  }
  return key
}

/** The W3C traceparent where it is a valid one; the standard says to ignore any other. */
export function readTraceparent(headers: IncomingHttpHeaders): string | undefined {
  const { traceparent } = headers
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined
}
