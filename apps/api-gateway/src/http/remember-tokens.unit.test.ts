/** A token that was found good is good only as long as its time and its key are. */
import type { KeyObject } from 'node:crypto'
import { sign, verify as verifySignature } from 'jsonwebtoken'
import { ServiceFault } from '../outcome'
import { secretKey, type KeyLookup } from './jwt-keys'
import { rememberTokens } from './remember-tokens'
import type { TokenPolicy } from './verify-token'

jest.mock('jsonwebtoken', () => {
  const real = jest.requireActual<{ verify: typeof verifySignature }>('jsonwebtoken')
  return { ...real, verify: jest.fn(real.verify) }
})
const verify = jest.mocked(verifySignature)
beforeEach(() => verify.mockClear())

const SECRET = 'a-secret-of-thirty-two-bytes-0123'
const key = secretKey(SECRET)
const LIFE_SECONDS = 60

const policyOf = (keyFor: KeyLookup, now = Date.now): TokenPolicy => ({
  algorithms: ['HS256'],
  issuer: 'issuer',
  audience: 'genesis',
  clockToleranceSeconds: 5,
  keyFor,
  now,
})
const tokenOf = (subject: string, by: KeyObject = key) =>
  sign({}, by, {
    algorithm: 'HS256',
    subject,
    issuer: 'issuer',
    audience: 'genesis',
    expiresIn: LIFE_SECONDS,
  })

it('verifies a token once, and tells two from each other', async () => {
  const verifier = rememberTokens(policyOf(() => key))
  const [ada, bob] = [tokenOf('ada'), tokenOf('bob')]
  for (const [token, sub] of [
    [ada, 'ada'],
    [bob, 'bob'],
    [ada, 'ada'],
    [bob, 'bob'],
  ] as const) {
    expect((await verifier(token)).caller.sub).toBe(sub)
  }
  expect(verify).toHaveBeenCalledTimes(2)
})

it('forgets no expiry: the token ends when it would have ended', async () => {
  let nowMs = Date.now()
  const verifier = rememberTokens(
    policyOf(
      () => key,
      () => nowMs,
    ),
  )
  const token = tokenOf('ada')
  const { expiresAtSeconds } = await verifier(token)
  nowMs = (expiresAtSeconds + 4.9) * 1000
  await verifier(token)
  expect(verify).toHaveBeenCalledTimes(1)
  nowMs = (expiresAtSeconds + 5) * 1000
  await expect(verifier(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
})

it('a key that is published no longer, or replaced under its id, ends its tokens at once', async () => {
  let current: KeyObject | undefined = key
  const verifier = rememberTokens(policyOf(() => Promise.resolve(current)))
  const token = tokenOf('ada')
  await verifier(token)
  current = undefined
  await expect(verifier(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  current = secretKey('another-secret-of-32-bytes-012345')
  await expect(verifier(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  current = secretKey(SECRET)
  expect((await verifier(token)).caller.sub).toBe('ada')
})

it('keys that cannot be had let nobody in, known or not', async () => {
  let away = false
  const verifier = rememberTokens(
    policyOf(() => {
      if (away) throw new ServiceFault('SERVICE_UNAVAILABLE', 'away')
      return key
    }),
  )
  const token = tokenOf('ada')
  await verifier(token)
  away = true
  await expect(verifier(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})

it('remembers no token that was refused', async () => {
  const verifier = rememberTokens(policyOf(() => key))
  const forged = tokenOf('ada', secretKey('another-secret-of-32-bytes-012345'))
  for (let i = 0; i < 2; i++) await expect(verifier(forged)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  expect(verify).toHaveBeenCalledTimes(2)
})
