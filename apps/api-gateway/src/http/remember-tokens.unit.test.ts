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
const CLAIMS = { algorithm: 'HS256', issuer: 'issuer', audience: 'genesis', expiresIn: LIFE_SECONDS } as const
const tokenOf = (subject: string, by: KeyObject = key) => sign({}, by, { ...CLAIMS, subject })

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

it('asks for the key once a request, and is rid of a token that is no longer good', async () => {
  let current: KeyObject | undefined = key
  const keyFor = jest.fn(() => Promise.resolve(current))
  const verifier = rememberTokens(policyOf(keyFor))
  const token = tokenOf('ada')
  await verifier(token)
  current = undefined
  await expect(verifier(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
  expect(keyFor).toHaveBeenCalledTimes(2)
  current = key
  await verifier(token)
  expect(verify).toHaveBeenCalledTimes(2)
})

it('a token that expires while its key is fetched has expired', async () => {
  let nowMs = Date.now()
  let fetchMs = 0
  const keyFor = async () => {
    await Promise.resolve()
    nowMs += fetchMs
    return key
  }
  const verifier = rememberTokens(policyOf(keyFor, () => nowMs))
  const token = tokenOf('ada')
  await verifier(token)
  fetchMs = (LIFE_SECONDS + 6) * 1000
  await expect(verifier(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
})

it('counts the scopes of a token into the memory it takes', async () => {
  const verifier = rememberTokens(policyOf(() => key))
  const scope = Array.from({ length: 1_500 }, (_, i) => i.toString(36)).join(' ')
  const first = sign({ scope }, key, { ...CLAIMS, subject: 'ada' })
  await verifier(first)
  // Some 100 kB each, of 8 MB: the first has made room.
  for (let i = 0; i < 100; i++) await verifier(sign({ scope }, key, { ...CLAIMS, subject: `user-${i}` }))
  verify.mockClear()
  await verifier(first)
  expect(verify).toHaveBeenCalledTimes(1)
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
