/** The stack's own key, the tokens that it signs, and the gateway's settings that accept them. */
import { randomBytes } from 'node:crypto'
import { sign } from 'jsonwebtoken'
import type { Environment } from '../choose-provider'
import type { StackFile } from './stack-file'

export type JwtSettings = StackFile['jwt']

/** The longest lifetime that the gateway accepts. */
const LIFETIME_SECONDS = 24 * 60 * 60
/** HMAC-SHA-256 wants a key of at least its own size. */
const SECRET_BYTES = 32

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** What the environment gives, else `secret`. */
export const jwtSettings = (environment: Environment, secret = newSecret()): JwtSettings => ({
  issuer: environment.JWT_ISSUER ?? 'infinite-scribe-local',
  audience: environment.JWT_AUDIENCE ?? 'infinite-scribe',
  algorithm: 'HS256',
  secret: environment.JWT_SECRET ?? secret,
})

/** A token for `subject`, good for 24 hours; `scope` is space-separated. */
export const signToken = (jwt: JwtSettings, subject: string, scope?: string): string =>
  sign(scope === undefined ? {} : { scope }, jwt.secret, {
    algorithm: jwt.algorithm,
    subject,
    issuer: jwt.issuer,
    audience: jwt.audience,
    expiresIn: LIFETIME_SECONDS,
  })

/** The gateway's settings. Exactly one key source: what else the shell may name is taken out. */
export const jwtEnvironment = (jwt: JwtSettings): NodeJS.ProcessEnv => ({
  JWT_ALGORITHMS: jwt.algorithm,
  JWT_SECRET: jwt.secret,
  JWT_ISSUER: jwt.issuer,
  JWT_AUDIENCE: jwt.audience,
  JWT_PUBLIC_KEY: undefined,
  JWT_JWKS_URL: undefined,
})
