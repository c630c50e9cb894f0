/** Where the keys come from that verify tokens: a secret, a public key, or a key set at a URL. */
import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'

/** HMAC secrets shorter than this can be guessed. */
export const MIN_SECRET_BYTES = 32
export const MIN_RSA_BITS = 2048

export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const
export const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const

export type JwtAlgorithm = (typeof HMAC_ALGORITHMS)[number] | (typeof PUBLIC_KEY_ALGORITHMS)[number]

/** The part of a token's header that picks its key. */
export interface KeyHint {
  readonly alg: JwtAlgorithm
  readonly kid?: string
}

/**
 * The key that a token must be signed with; undefined when there is none for it.
 * @throws {ServiceFault} SERVICE_UNAVAILABLE when the keys cannot be had at the moment.
 */
export type KeyLookup = (hint: KeyHint) => KeyObject | undefined | Promise<KeyObject | undefined>

/** A KeyObject, for jsonwebtoken takes fifty times as long to verify with a string. */
export function secretKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'))
}

/**
 * A public key from PEM text; `\n` may stand for a line break, as environment files have it.
 * @throws {Error} with what is wrong, never with the text itself.
 */
export function publicKeyFromPem(text: string): KeyObject {
  const pem = text.replaceAll('\\n', '\n').trim()
  if (pem.includes('PRIVATE KEY')) throw new Error('holds a private key: only the public half belongs here')
  try {
    return createPublicKey(pem)
  } catch {
    throw new Error('is no public key in PEM form')
  }
}

const CURVE = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' } as const

/** Why `key` cannot verify `algorithm`; undefined when it can. */
export function unfit(key: KeyObject, algorithm: JwtAlgorithm): string | undefined {
  const type = key.type === 'secret' ? 'secret' : key.asymmetricKeyType
  const details = key.asymmetricKeyDetails
  if (algorithm.startsWith('HS')) return type === 'secret' ? undefined : `${algorithm} needs a secret`
  if (algorithm.startsWith('ES')) {
    const curve = CURVE[algorithm as keyof typeof CURVE]
    return type === 'ec' && details?.namedCurve === curve
      ? undefined
      : `${algorithm} needs a key on the curve ${curve}`
  }
  if (type !== 'rsa' && !(type === 'rsa-pss' && algorithm.startsWith('PS')))
    return `${algorithm} needs an RSA key`
  return (details?.modulusLength ?? 0) >= MIN_RSA_BITS
    ? undefined
    : `an RSA key needs ${MIN_RSA_BITS} bits at least`
}
