/** Tokens signed with private keys, and keys picked by their ids. */
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { sign, type Algorithm } from 'jsonwebtoken'
import { secretKey, type JwtAlgorithm, type KeyLookup } from './jwt-keys'
import { HttpProblem } from './problem'
import { rememberTokens } from './remember-tokens'
import type { TokenPolicy } from './verify-token'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })

const verifyToken = (token: string, by: TokenPolicy) => rememberTokens(by)(token)

const policy = (algorithms: JwtAlgorithm[], keyFor: KeyLookup): TokenPolicy => ({
  algorithms,
  issuer: 'issuer',
  audience: 'genesis',
  clockToleranceSeconds: 5,
  keyFor,
  now: Date.now,
})
const signed = (algorithm: Algorithm, key: KeyObject) =>
  sign({ scope: 'read  tasks:write' }, key, {
    algorithm,
    subject: 'ada',
    issuer: 'issuer',
    audience: 'genesis',
    expiresIn: 60,
  })

async function codeOf(token: string, by: TokenPolicy): Promise<string | undefined> {
  try {
    await verifyToken(token, by)
    return undefined
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error
    return error.code
  }
}

it.each<[JwtAlgorithm, KeyObject, KeyObject]>([
  ['RS256', rsa.privateKey, rsa.publicKey],
  ['PS512', rsa.privateKey, rsa.publicKey],
  ['ES256', ec.privateKey, ec.publicKey],
])('lets a token in that is signed with %s', async (algorithm, privateKey, publicKey) => {
  const { caller, expiresAtSeconds } = await verifyToken(
    signed(algorithm, privateKey),
    policy([algorithm], () => publicKey),
  )
  expect(caller).toEqual({ sub: 'ada', scopes: new Set(['read', 'tasks:write']) })
  expect(expiresAtSeconds).toBeGreaterThan(Date.now() / 1000)
})

it('refuses HS256 signed with the public key, where the public key verifies', async () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const [, payload = ''] = signed('RS256', rsa.privateKey).split('.')
  const head = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.${payload}`
  const forged = `${head}.${createHmac('sha256', pem).update(head).digest('base64url')}`
  const byPublicKey = () => rsa.publicKey
  expect(await codeOf(forged, policy(['RS256'], byPublicKey))).toBe('INVALID_TOKEN')
  // Even where somebody pinned both.
  expect(await codeOf(forged, policy(['RS256', 'HS256'], byPublicKey))).toBe('INVALID_TOKEN')
})

it('refuses a signature of another key', async () => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const by = policy(['RS256'], () => other.publicKey)
  expect(await codeOf(signed('RS256', rsa.privateKey), by)).toBe('INVALID_TOKEN')
})

it('refuses a token for which there is no key', async () => {
  const by = policy(['RS256'], () => undefined)
  expect(await codeOf(signed('RS256', rsa.privateKey), by)).toBe('INVALID_TOKEN')
})

it('passes a fault of the key source on', async () => {
  const by = policy(['RS256'], () => Promise.reject(new Error('away')))
  await expect(verifyToken(signed('RS256', rsa.privateKey), by)).rejects.toThrow('away')
})

it('calls a token expired only when its signature is good', async () => {
  const key = secretKey('a-secret-of-thirty-two-bytes-0123')
  const late = { ...policy(['HS256'], () => key), now: () => Date.now() + 70_000 }
  expect(await codeOf(signed('HS256', key), late)).toBe('TOKEN_EXPIRED')
  const other = secretKey('another-secret-of-32-bytes-012345')
  expect(await codeOf(signed('HS256', other), late)).toBe('INVALID_TOKEN')
})

it.each<[string, object, string]>([
  ['iat', { iat: 'yesterday' }, 'has an iat that is no number'],
  ['iat', { iat: Math.floor(Date.now() / 1000) + 60 }, 'was issued in the future'],
  ['sub', { sub: '' }, 'has no sub that is a non-empty string'],
  ['sub', { sub: 'x'.repeat(256) }, 'has a sub of more than 255 characters'],
  ['sub', { sub: 'a\0' }, 'has a sub with \\u0000 or half of a surrogate pair'],
])('says what is wrong with %s %j', async (_, wrong, why) => {
  const key = secretKey('a-secret-of-thirty-two-bytes-0123')
  const claims = {
    sub: 'ada',
    iss: 'issuer',
    aud: 'genesis',
    exp: Math.floor(Date.now() / 1000) + 60,
    ...wrong,
  }
  const token = byHand(claims, key)
  await expect(
    verifyToken(
      token,
      policy(['HS256'], () => key),
    ),
  ).rejects.toMatchObject({
    code: 'INVALID_TOKEN',
    message: `The token ${why}`,
  })
})

/** jsonwebtoken would refuse to sign some of them. */
function byHand(claims: object, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}
