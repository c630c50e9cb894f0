/** Who calls: the Authorization header, and what its token may do. */
import type { IncomingHttpHeaders } from 'node:http'
import { HttpProblem } from './problem'
import { verifyToken, type TokenPolicy, type VerifiedToken } from './verify-token'
import type { Caller } from '../ports'

/**
 * The caller whom the request's bearer token speaks for.
 * @throws {HttpProblem} MISSING_TOKEN, INVALID_TOKEN or TOKEN_EXPIRED.
 * @throws {ServiceFault} SERVICE_UNAVAILABLE when the keys cannot be had.
 */
export function authenticate(headers: IncomingHttpHeaders, policy: TokenPolicy): Promise<VerifiedToken> {
  const [, token] = /^Bearer +(\S.*)$/i.exec(headers.authorization ?? '') ?? []
  if (token === undefined) {
    return Promise.reject(new HttpProblem('MISSING_TOKEN', 'The call needs Authorization: Bearer <JWT>'))
  }
  return verifyToken(token.trimEnd(), policy)
}

/** @throws {HttpProblem} FORBIDDEN for a caller without the scope. */
export function requireScope(caller: Caller, scope: string): void {
  if (!caller.scopes.has(scope)) {
    throw new HttpProblem('FORBIDDEN', `The call needs the scope ${scope}`)
  }
}
