/** Bad inputs 1 to 5 and 7: whoever may not call is told so, and how. */
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { signTestToken, TEST_JWT_AUDIENCE, TEST_JWT_ISSUER, TEST_JWT_SECRET } from '@infinite-scribe/testing'
import { badInputTests, type BadInput } from './bad-inputs.kit.test'
import { describeInterface } from '../interface'
import { runGateway, type RunningGateway } from './running-gateway.kit.test'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const nowSeconds = () => Math.floor(Date.now() / 1000)
const claims = () => ({
  sub: 'ada',
  iss: TEST_JWT_ISSUER,
  aud: TEST_JWT_AUDIENCE,
  iat: nowSeconds(),
  exp: nowSeconds() + 3600,
})

/** A token made by hand, over a good signature unless `secret` says otherwise. */
function token(payload: object | string, header: object = {}, secret: string = TEST_JWT_SECRET): string {
  const encode = (part: object | string) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(payload)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

const without = (member: string) =>
  Object.fromEntries(Object.entries(claims()).filter(([name]) => name !== member))

let gateway: RunningGateway
beforeAll(async () => {
  gateway = await runGateway()
})
afterAll(() => gateway.close())

const LIST = '/genesis/sessions'
const refused = (input: string, bearer: string, code = 'INVALID_TOKEN'): BadInput => ({
  input,
  status: 401,
  code,
  call: { path: LIST, token: bearer },
})

const guarded = Object.entries(describeInterface({} as never).document.paths).flatMap(([path, operations]) =>
  Object.entries(operations as Record<string, { security: unknown[] }>)
    .filter(([, { security }]) => security.length > 0)
    .map(([method]) => ({ method: method.toUpperCase(), path })),
)
badInputTests(1, () => gateway, [
  ...guarded.map(({ method, path }) => ({
    input: `no Authorization header: ${method} ${path}`,
    status: 401,
    code: 'MISSING_TOKEN',
    call: { method, path, token: null },
  })),
  {
    input: 'Basic …',
    status: 401,
    code: 'MISSING_TOKEN',
    call: { path: LIST, token: null, headers: { authorization: 'Basic YWRhOmFkYQ==' } },
  },
  {
    input: 'Bearer without a token',
    status: 401,
    code: 'MISSING_TOKEN',
    call: { path: LIST, token: null, headers: { authorization: 'Bearer ' } },
  },
])

badInputTests(2, () => gateway, [
  refused('malformed token', 'not-a-token'),
  {
    ...refused('malformed token, for the stream', 'not-a-token'),
    call: { path: '/events/stream', token: 'not-a-token' },
  },
  refused('a token of two parts', token(claims()).split('.').slice(0, 2).join('.')),
  refused('a header that is no object', `${Buffer.from('null').toString('base64url')}.e30.x`),
  ...['none', 'None', 'NONE', 'nOnE'].flatMap((alg) => [
    refused(`alg: ${alg}`, token(claims(), { alg })),
    refused(`alg: ${alg} without a signature`, token(claims(), { alg }).replace(/[^.]*$/, '')),
  ]),
  refused('an algorithm that is not pinned', token(claims(), { alg: 'HS512' })),
  refused(
    'HS256 signed with the public key',
    token(claims(), {}, publicKey.export({ type: 'spki', format: 'pem' }).toString()),
  ),
  refused('bad signature', token(claims(), {}, 'another secret, as long as the right one is')),
  refused('a jwk header', token(claims(), { jwk: { kty: 'oct', k: 'AAAA' } })),
  refused('a jku header', token(claims(), { jku: 'https://evil.test/jwks.json' })),
  refused('an x5u header', token(claims(), { x5u: 'https://evil.test/cert.pem' })),
  refused('a path-like kid with ..', token(claims(), { kid: '../../dev/null' })),
  refused('a path-like kid with \\', token(claims(), { kid: 'C:\\keys' })),
  refused('a path-like kid with a leading /', token(claims(), { kid: '/dev/null' })),
])

badInputTests(3, () => gateway, [
  refused('expired', signTestToken('ada', {}, { expiresIn: -60 }), 'TOKEN_EXPIRED'),
])

badInputTests(4, () => gateway, [
  refused('no exp', token(without('exp'))),
  refused('exp absurdly far', token({ ...claims(), exp: 1e20 })),
  refused('a lifetime of more than 24 hours', token({ ...claims(), exp: nowSeconds() + 86_400 + 60 })),
  refused('exp more than 24 hours away, no iat', token({ ...without('iat'), exp: nowSeconds() + 86_500 })),
  refused('exp not a number', token({ ...claims(), exp: 'never' })),
  refused('nbf in the future', token({ ...claims(), nbf: nowSeconds() + 60 })),
  refused('iat in the future', token({ ...claims(), iat: nowSeconds() + 60 })),
  refused('iat not a number', token({ ...claims(), iat: 'now' })),
  refused('wrong aud', token({ ...claims(), aud: 'another' })),
  refused('no aud', token(without('aud'))),
  refused('wrong iss', token({ ...claims(), iss: 'https://another.test' })),
  refused('no iss', token(without('iss'))),
  refused('sub missing', token(without('sub'))),
  refused('sub empty', token({ ...claims(), sub: '' })),
  refused('sub an object', token({ ...claims(), sub: { id: 'ada' } })),
  refused('sub with a NUL, which PostgreSQL cannot store', token({ ...claims(), sub: 'a\0da' })),
  refused('sub longer than any index takes', token({ ...claims(), sub: 'a'.repeat(3000) })),
  refused('unknown crit', token(claims(), { crit: ['exp2'], exp2: true })),
])

badInputTests(5, () => gateway, [
  refused('token payload that is not JSON', token('no JSON')),
  refused('token payload that is null', token('null')),
  refused('token longer than 8 KB', token({ ...claims(), padding: 'x'.repeat(8 * 1024) })),
])

const SOME_TASK = '/tasks/00000000-0000-4000-8000-000000000000'
badInputTests(7, () => gateway, [
  ...['progress', 'complete', 'fail'].map((report) => ({
    input: `missing scope on …/${report}`,
    status: 403,
    code: 'FORBIDDEN',
    call: { method: 'POST', path: `${SOME_TASK}/${report}`, body: {} },
  })),
  {
    input: 'a scope that only begins like the right one',
    status: 403,
    code: 'FORBIDDEN',
    call: {
      method: 'POST',
      path: `${SOME_TASK}/complete`,
      token: signTestToken('ada', { scope: 'tasks:writer tasks:write:x' }),
      body: {},
    },
  },
])

test.each([
  ['a lifetime of exactly 24 hours', () => token({ ...claims(), exp: nowSeconds() + 86_400 })],
  ['an expiry within the tolerance', () => token({ ...claims(), exp: nowSeconds() - 3 })],
  ['an iat within the tolerance', () => token({ ...claims(), iat: nowSeconds() + 3 })],
  ['the audience among others', () => token({ ...claims(), aud: ['another', TEST_JWT_AUDIENCE] })],
  ['an ordinary kid', () => token(claims(), { kid: 'key-1' })],
])('lets a token with %s in', async (_name, make) => {
  expect((await gateway.call({ path: LIST, token: make() })).status).toBe(200)
})
