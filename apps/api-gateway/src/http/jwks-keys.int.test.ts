/** Keys published at a URL: rotation, caching, and a provider that is away. */
import { once } from 'node:events'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { TEST_JWT_AUDIENCE, TEST_JWT_ISSUER } from '@infinite-scribe/testing'
import { sign } from 'jsonwebtoken'
import { expectProblem } from './bad-inputs.kit.test'
import { jwksLookup } from './jwks-keys'
import { runGateway } from './running-gateway.kit.test'

const oldKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
const newKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ecKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const jwk = (key: KeyObject, kid: string, more = {}) => ({ ...key.export({ format: 'jwk' }), kid, ...more })

let server: Server
let url: URL
let port: number
let published: object[]
let answer: { status: number; text?: string; location?: string }
let asked: number
let nowMs: number

const listen = async (at = 0) => {
  server = createServer((_request, response) => {
    asked++
    response.statusCode = answer.status
    if (answer.location) response.setHeader('Location', answer.location)
    response.end(answer.text ?? JSON.stringify({ keys: published }))
  }).listen(at, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  url = new URL(`http://127.0.0.1:${port}/jwks.json`)
}
const goAway = async () => {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

beforeEach(async () => {
  published = [jwk(oldKey.publicKey, 'old')]
  answer = { status: 200 }
  asked = 0
  nowMs = 1_000_000
  await listen()
})
afterEach(goAway)

const lookup = () => jwksLookup(url, () => nowMs)
const sameKey = (found: KeyObject | undefined, expected: KeyObject) =>
  expect(found?.equals(expected)).toBe(true)

it('finds a key by its id and asks once for many', async () => {
  const keyFor = lookup()
  const found = await Promise.all([1, 2, 3].map(async () => keyFor({ alg: 'RS256', kid: 'old' })))
  for (const key of found) sameKey(key, oldKey.publicKey)
  expect(asked).toBe(1)
})

it('knows a key as soon as it is published, and the old one while it is', async () => {
  const keyFor = lookup()
  await keyFor({ alg: 'RS256', kid: 'old' })
  published.push(jwk(newKey.publicKey, 'new'))
  sameKey(await keyFor({ alg: 'RS256', kid: 'new' }), newKey.publicKey)
  sameKey(await keyFor({ alg: 'RS256', kid: 'old' }), oldKey.publicKey)
  expect(asked).toBe(2)
})

it('forgets a key ten minutes after it was last seen', async () => {
  const keyFor = lookup()
  await keyFor({ alg: 'RS256', kid: 'old' })
  published = [jwk(newKey.publicKey, 'new')]
  nowMs += 10 * 60_000
  expect(await keyFor({ alg: 'RS256', kid: 'old' })).toBeUndefined()
})

it('asks a bounded number of times for ids that nobody published', async () => {
  const keyFor = lookup()
  for (let tries = 0; tries < 50; tries++) {
    expect(await keyFor({ alg: 'RS256', kid: `made-up-${tries}` })).toBeUndefined()
  }
  expect(asked).toBe(6)
  nowMs += 6_000
  await keyFor({ alg: 'RS256', kid: 'made-up' })
  expect(asked).toBe(7)
  sameKey(await keyFor({ alg: 'RS256', kid: 'old' }), oldKey.publicKey)
})

it('works with what it has while the provider is away, for ten minutes at most', async () => {
  const keyFor = lookup()
  await keyFor({ alg: 'RS256', kid: 'old' })
  answer = { status: 502 }
  nowMs += 10 * 60_000 - 1
  sameKey(await keyFor({ alg: 'RS256', kid: 'old' }), oldKey.publicKey)
  expect(await keyFor({ alg: 'RS256', kid: 'unknown' })).toBeUndefined()
  nowMs += 1
  await expect(keyFor({ alg: 'RS256', kid: 'old' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})

it.each([
  ['an error', { status: 500 }],
  ['a way to somewhere else', { status: 302, location: '/jwks.json?again' }],
  ['no JSON', { status: 200, text: '<html>' }],
  ['no keys', { status: 200, text: '{}' }],
  ['too much', { status: 200, text: JSON.stringify({ keys: ['x'.repeat(600_000)] }) }],
])('is unavailable when the provider answers %s', async (_name, wrong) => {
  answer = wrong
  await expect(lookup()({ alg: 'RS256', kid: 'old' })).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  expect(asked).toBe(1)
})

it('is unavailable within seconds when the provider accepts and never answers, and well when it does', async () => {
  const hanging = createTcpServer((socket) => socket.resume()).listen(0, '127.0.0.1')
  await once(hanging, 'listening')
  const { port: silentPort } = hanging.address() as AddressInfo
  const keyFor = jwksLookup(new URL(`http://127.0.0.1:${silentPort}/jwks.json`), () => nowMs)
  const waiting = ['old', 'new'].map(async (kid) => keyFor({ alg: 'RS256', kid }))
  for (const asked of waiting) await expect(asked).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  hanging.close()
}, 10_000)

it('passes keys by that are not for this', async () => {
  published = [
    jwk(oldKey.publicKey, 'for-encryption', { use: 'enc' }),
    jwk(oldKey.publicKey, 'for-another-algorithm', { alg: 'RS512' }),
    jwk(ecKey.publicKey, 'of-another-kind'),
    { kty: 'unheard-of', kid: 'unknown-kind' },
    { kty: 'oct', k: 'c2VjcmV0', kid: 'a-secret' },
  ]
  const keyFor = lookup()
  for (const { kid } of published as { kid: string }[]) {
    expect(await keyFor({ alg: 'RS256', kid })).toBeUndefined()
  }
})

it('takes the only key that fits for a token without an id', async () => {
  published.push(jwk(ecKey.publicKey, 'ec'))
  const keyFor = lookup()
  sameKey(await keyFor({ alg: 'RS256' }), oldKey.publicKey)
  published.push(jwk(newKey.publicKey, 'new'))
  nowMs += 10 * 60_000
  expect(await keyFor({ alg: 'RS256' })).toBeUndefined()
})

it('rotates keys over HTTP without a restart; a provider that is away costs only those who need it', async () => {
  await goAway()
  const gateway = await runGateway({
    environment: { JWT_SECRET: '', JWT_ALGORITHMS: 'RS256', JWT_JWKS_URL: url.href },
  })
  try {
    const call = (key: KeyObject, keyid: string) =>
      gateway.call({
        path: '/genesis/sessions',
        token: sign({}, key, {
          algorithm: 'RS256',
          keyid,
          subject: 'ada',
          issuer: TEST_JWT_ISSUER,
          audience: TEST_JWT_AUDIENCE,
          expiresIn: 60,
        }),
      })
    expectProblem(await call(oldKey.privateKey, 'old'), 503, 'SERVICE_UNAVAILABLE')
    await listen(port)
    expect((await call(oldKey.privateKey, 'old')).status).toBe(200)
    const before = await gateway.checksum()
    // Bad input 2: with JWT_JWKS_URL a kid that the set lacks.
    expectProblem(await call(newKey.privateKey, 'new'), 401, 'INVALID_TOKEN')
    expect(await gateway.checksum()).toBe(before)
    published.push(jwk(newKey.publicKey, 'new'))
    expect((await call(newKey.privateKey, 'new')).status).toBe(200)
    expectProblem(await call(newKey.privateKey, 'old'), 401, 'INVALID_TOKEN')
    // Both keys are known: the provider may go.
    await goAway()
    expect((await call(oldKey.privateKey, 'old')).status).toBe(200)
    expect((await call(newKey.privateKey, 'new')).status).toBe(200)
    expectProblem(await call(newKey.privateKey, 'unknown'), 401, 'INVALID_TOKEN')
    // The old key is withdrawn, without a restart. The new set is asked for because of an unknown id.
    published = [jwk(newKey.publicKey, 'new')]
    await listen(port)
    expectProblem(await call(newKey.privateKey, 'unknown'), 401, 'INVALID_TOKEN')
    expectProblem(await call(oldKey.privateKey, 'old'), 401, 'INVALID_TOKEN')
    expect((await call(newKey.privateKey, 'new')).status).toBe(200)
  } finally {
    await gateway.close()
  }
})
