/** The tokens that the load carries, and the key that the measured gateways verify them with. */
import { sign } from 'jsonwebtoken'

export const JWT = {
  algorithm: 'HS256',
  secret: 'only-for-the-benchmark-0123456789abcdef',
  issuer: 'https://issuer.bench',
  audience: 'genesis',
} as const

/** A token of an hour. */
export function tokenFor(user: string): string {
  return sign({}, JWT.secret, {
    algorithm: JWT.algorithm,
    subject: user,
    issuer: JWT.issuer,
    audience: JWT.audience,
    expiresIn: '1h',
  })
}
