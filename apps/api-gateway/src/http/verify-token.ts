/** Decides whether a bearer token speaks for somebody: everything that jsonwebtoken accepts unless told otherwise. */
import type { KeyObject } from 'node:crypto'
import { TokenExpiredError, verify, type JwtPayload } from 'jsonwebtoken'
import type { Caller } from '../ports'
import type { JwtAlgorithm, KeyHint, KeyLookup } from './jwt-keys'
import { HttpProblem } from './problem'

const MAX_TOKEN_BYTES = 8 * 1024
const MAX_LIFETIME_SECONDS = 24 * 60 * 60
/** OpenID Connect's bound; PostgreSQL's indexes have one too. */
const MAX_SUBJECT_CHARACTERS = 255
/** PostgreSQL can store neither a NUL nor half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u
/** Keys that a token brings itself, and extensions, of which we understand none. */
const FORBIDDEN_HEADERS = ['jwk', 'jku', 'x5u', 'crit']
/** What a token that opens an API may call itself (RFC 8725 3.11, RFC 9068): one made for something else does not. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt'])

export interface TokenPolicy {
  readonly algorithms: readonly JwtAlgorithm[]
  readonly issuer: string
  readonly audience: string
  readonly clockToleranceSeconds: number
  readonly keyFor: KeyLookup
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface VerifiedToken {
  readonly caller: Caller
  /** Seconds since the epoch. */
  readonly expiresAtSeconds: number
}

/**
 * Whom the token speaks for.
 * @throws {HttpProblem} INVALID_TOKEN or TOKEN_EXPIRED.
 * @throws {ServiceFault} SERVICE_UNAVAILABLE when the keys cannot be had.
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>

/**
 * Whom the token speaks for, when it is signed with `key`.
 * @param hint as {@link readKeyHint} read it
 * @param key what `hint` led to
 * @throws {HttpProblem} INVALID_TOKEN or TOKEN_EXPIRED.
 */
export function verifyWithKey(
  token: string,
  hint: KeyHint,
  key: KeyObject | undefined,
  policy: TokenPolicy,
): VerifiedToken {
  if (!key) throw invalid('is signed with a key that is not known')
  const nowSeconds = policy.now() / 1000
  let claims: JwtPayload
  try {
    claims = verify(token, key, {
      algorithms: [hint.alg],
      issuer: policy.issuer,
      audience: policy.audience,
      clockTolerance: policy.clockToleranceSeconds,
      clockTimestamp: Math.floor(nowSeconds),
    }) as JwtPayload
  } catch (error) {
    if (error instanceof TokenExpiredError) throw new HttpProblem('TOKEN_EXPIRED', 'The token has expired')
    throw invalid('is not valid here')
  }
  return readClaims(claims, nowSeconds, policy.clockToleranceSeconds)
}

/** What the token says of its key. @throws {HttpProblem} INVALID_TOKEN when no key could make it good. */
export function readKeyHint(token: string, algorithms: readonly JwtAlgorithm[]): KeyHint {
  if (token.length > MAX_TOKEN_BYTES) throw invalid('is longer than 8 KB')
  const header = readHeader(token)
  const algorithm = algorithms.find((allowed) => allowed === header.alg)
  if (!algorithm) throw invalid('is not signed with an algorithm that is accepted')
  for (const name of FORBIDDEN_HEADERS) {
    if (Object.hasOwn(header, name)) throw invalid(`must not have the header ${name}`)
  }
  const { kid, typ } = header
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase()))) {
    throw invalid('is of a type that opens nothing here')
  }
  if (kid === undefined) return { alg: algorithm }
  // A kid that looks like a path is aimed at servers that read key files by name.
  if (typeof kid !== 'string' || kid.includes('..') || kid.includes('\\') || kid.startsWith('/')) {
    throw invalid('has a kid that names no key')
  }
  return { alg: algorithm, kid }
}

function readHeader(token: string): Record<string, unknown> {
  const [encoded = '', claims = '', ...rest] = token.split('.')
  try {
    const header: unknown = JSON.parse(utf8Of(encoded))
    // Read here for this alone: jsonwebtoken would let two names that are no UTF-8 become one.
    utf8Of(claims)
    if (rest.length === 1 && typeof header === 'object' && header !== null) {
      return header as Record<string, unknown>
    }
  } catch {
    // No JSON and no text are as wrong as no object.
  }
  throw invalid('is malformed')
}

/** @throws {TypeError} when the bytes are no UTF-8. */
function utf8Of(encoded: string): string {
  return UTF8.decode(Buffer.from(encoded, 'base64url'))
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function readClaims(claims: JwtPayload, nowSeconds: number, toleranceSeconds: number): VerifiedToken {
  const { sub, exp, iat, scope } = claims as Record<string, unknown>
  if (typeof exp !== 'number') throw invalid('has no exp')
  if (iat !== undefined && typeof iat !== 'number') throw invalid('has an iat that is no number')
  if (iat !== undefined && iat > nowSeconds + toleranceSeconds) throw invalid('was issued in the future')
  if (exp - (iat ?? nowSeconds) > MAX_LIFETIME_SECONDS) throw invalid('lives longer than 24 hours')
  if (typeof sub !== 'string' || sub === '') throw invalid('has no sub that is a non-empty string')
  if (sub.length > MAX_SUBJECT_CHARACTERS) {
    throw invalid(`has a sub of more than ${MAX_SUBJECT_CHARACTERS} characters`)
  }
  if (UNSTORABLE.test(sub)) throw invalid('has a sub with \\u0000 or half of a surrogate pair')
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
  return { caller: { sub, scopes: new Set(scopes) }, expiresAtSeconds: exp }
}

function invalid(why: string): HttpProblem {
  return new HttpProblem('INVALID_TOKEN', `The token ${why}`)
}
