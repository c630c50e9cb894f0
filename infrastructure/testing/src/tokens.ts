/** Signed tokens for tests, and the gateway settings that accept them. */
import { sign, type SignOptions } from 'jsonwebtoken'

export const TEST_JWT_SECRET = 'a-secret-for-tests-only-0123456789abcdef'
export const TEST_JWT_ISSUER = 'https://issuer.test'
export const TEST_JWT_AUDIENCE = 'genesis'

/** The gateway's settings that accept {@link signTestToken}'s tokens. */
export const TEST_JWT_ENVIRONMENT = {
  JWT_ALGORITHMS: 'HS256',
  JWT_SECRET: TEST_JWT_SECRET,
  JWT_ISSUER: TEST_JWT_ISSUER,
  JWT_AUDIENCE: TEST_JWT_AUDIENCE,
} as const

/** A token of an hour for `sub`; `claims` such as `{ scope: 'tasks:write' }` are added, `options` override. */
export function signTestToken(sub: string, claims: object = {}, options: SignOptions = {}): string {
  return sign(claims, TEST_JWT_SECRET, {
    algorithm: 'HS256',
    subject: sub,
    issuer: TEST_JWT_ISSUER,
    audience: TEST_JWT_AUDIENCE,
    expiresIn: '1h',
    ...options,
  })
}
