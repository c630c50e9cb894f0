/** Who calls: the Authorization header, and what its token may do. */
import type { IncomingMessage } from 'node:http'
import { HttpProblem } from './problem'
import type { TokenVerifier, VerifiedToken } from './verify-token'
import type { Caller } from '../ports'

/**
 * The caller whom the request's bearer token speaks for.
 * @throws {HttpProblem} MISSING_TOKEN, INVALID_TOKEN or TOKEN_EXPIRED.
 * @throws {ServiceFault} SERVICE_UNAVAILABLE when the keys cannot be had.
 */
export function authenticate(request: IncomingMessage, verify: TokenVerifier): Promise<VerifiedToken> {
  // Node keeps the first of two; a proxy may have looked at the other.
  if (countOf('authorization', request.rawHeaders) > 1) {
    return Promise.reject(new HttpProblem('INVALID_TOKEN', 'The call has more than one Authorization header'))
  }
  const [, token] = /^Bearer +(\S.*)$/i.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) {
    return Promise.reject(new HttpProblem('MISSING_TOKEN', 'The call needs Authorization: Bearer <JWT>'))
  }
  return verify(token.trimEnd())
}

/** Names and values take turns in `rawHeaders`. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) count += 1
  return count
}

/** @throws {HttpProblem} FORBIDDEN for a caller without the scope. */
export function requireScope(caller: Caller, scope: string): void {
  if (!caller.scopes.has(scope)) {
    throw new HttpProblem('FORBIDDEN', `The call needs the scope ${scope}`)
  }
}
