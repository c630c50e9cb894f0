/** Everything that the services and the operators' commands write, searched for every key, password and token. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { sign } from 'jsonwebtoken'
import { createTestDatabase, type TestDatabase } from '../database'
import { eventually } from '../eventually'
import { createTestTopic, testBrokers } from '../kafka'
import { repositoryRoot } from '../repository-root'
import { freePort, startService, type ServiceProcess } from '../service-process'
import { TEST_JWT_AUDIENCE, TEST_JWT_ISSUER } from '../tokens'

/** Odd characters, so that its encoded form is another one. */
const secretText = (what: string) => `${what}-${randomUUID()}/+=é`

const JWT_SECRET = secretText('jwt-secret')
const WRONG_PASSWORD = secretText('database-password')
const SASL_PASSWORD = secretText('sasl-password')
const SHORT_SECRET = randomUUID().slice(0, 20)
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const tokenFor = (sub: string, key: string = JWT_SECRET) =>
  sign({}, key, { subject: sub, issuer: TEST_JWT_ISSUER, audience: TEST_JWT_AUDIENCE, expiresIn: 600 })

/** What must be nowhere, and what it is. */
const secrets = new Map<string, string>()
const keepSecret = (what: string, secret: string) => {
  for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
    secrets.set(form, what)
  }
}
keepSecret('JWT_SECRET', JWT_SECRET)
keepSecret('a JWT_SECRET that is refused', SHORT_SECRET)
keepSecret('the password of DATABASE_URL', WRONG_PASSWORD)
keepSecret('KAFKA_SASL_PASSWORD', SASL_PASSWORD)
for (const line of privateKey.split('\n').filter((line) => line.length > 40)) {
  secrets.set(line, 'a private key in JWT_PUBLIC_KEY')
}

const keptToken = (what: string, token: string): string => {
  const [, , signature = ''] = token.split('.')
  secrets.set(token, what)
  if (signature !== '') secrets.set(signature, `the signature of ${what}`)
  return token
}

let database: TestDatabase
let topic: string
const outputs: string[] = []

beforeAll(async () => {
  ;[database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
})
afterAll(() => database.drop())

const withPassword = (url: string, password: string): string => {
  const changed = new URL(url)
  changed.password = encodeURIComponent(password)
  return changed.href
}

const gatewaySettings = async (settings: Record<string, string> = {}) => ({
  DATABASE_URL: database.gatewayUrl,
  PORT: String(await freePort()),
  GATEWAY_ADMIN_PORT: String(await freePort()),
  JWT_ALGORITHMS: 'HS256',
  JWT_SECRET,
  JWT_ISSUER: TEST_JWT_ISSUER,
  JWT_AUDIENCE: TEST_JWT_AUDIENCE,
  LOG_LEVEL: 'silly',
  ...settings,
})

const relaySettings = async (settings: Record<string, string> = {}) => ({
  SERVICE_TYPE: 'message-relay',
  DATABASE_URL: database.relayUrl,
  KAFKA_BROKERS: testBrokers().join(','),
  EVENTS_TOPIC: topic,
  RELAY_HTTP_PORT: String(await freePort()),
  RELAY_POLL_INTERVAL: '0.2',
  LOG_LEVEL: 'silly',
  ...settings,
})

/** Ends a service and keeps what it wrote. */
const end = async (service: ServiceProcess, signal: NodeJS.Signals = 'SIGTERM') => {
  await service.stop(signal)
  outputs.push(service.output())
}

it('lets a gateway be called in every way that brings a secret with it', async () => {
  const settings = await gatewaySettings()
  const url = `http://127.0.0.1:${settings.PORT}`
  const service = await startService('api-gateway', settings, `${url}/health/ready`)
  const good = keptToken('a good token', tokenFor('ada'))
  const bearer = { authorization: `Bearer ${good}` }
  const call = (at: string, init: RequestInit = {}) => fetch(url + at, { headers: bearer, ...init })

  await call('/genesis/sessions', { method: 'POST' })
  for (const wrong of [
    keptToken('a token of another key', tokenFor('ada', 'another-secret-that-is-long-enough')),
    keptToken('an expired token', sign({}, JWT_SECRET, { subject: 'ada', expiresIn: -60 })),
    keptToken('a token with a control character', `${tokenFor('eve')}\t`),
  ]) {
    await call('/genesis/sessions', { headers: { authorization: `Bearer ${wrong}` } })
    await call('/genesis/sessions', { headers: { authorization: `bearer  ${wrong}` } })
  }
  await call('/genesis/sessions', { headers: { authorization: `Basic ${btoa(`ada:${SHORT_SECRET}`)}` } })
  secrets.set(btoa(`ada:${SHORT_SECRET}`), 'Basic credentials')
  // Where it does not belong: in the address, in a body, in a request that is no HTTP.
  await call(`/genesis/sessions?access_token=${good}`)
  await call(`/${good}`)
  await call(`/genesis/sessions/${good}/state`)
  await call('/genesis/sessions', {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: `{"token":"${good}",`,
  })
  const socket = connect(Number(settings.PORT), '127.0.0.1')
  socket.write(`GET / HTTP/1.1\r\nAuthorization: Bearer ${good}\r\nbad header ${good}\r\n\r\n`)
  await text(socket)

  const bought = await call('/events/stream/tickets', { method: 'POST' })
  const { ticket } = (await bought.json()) as { ticket: string }
  secrets.set(ticket, 'a ticket')
  const stream = await fetch(`${url}/events/stream?ticket=${ticket}`)
  await stream.body?.cancel()
  await fetch(`${url}/events/stream?ticket=${ticket}`)
  await end(service)
  // It did log what happened.
  expect(service.output()).toContain('"route":"/events/stream"')
  expect(service.output()).toContain('INVALID_TOKEN')
})

it('lets a gateway and a relay fail to log in to PostgreSQL', async () => {
  const settings = await gatewaySettings({ DATABASE_URL: withPassword(database.gatewayUrl, WRONG_PASSWORD) })
  const gateway = await startService('api-gateway', settings)
  const relay = await startService(
    'message-relay',
    await relaySettings({ DATABASE_URL: withPassword(database.relayUrl, WRONG_PASSWORD) }),
  )
  const call = () =>
    fetch(`http://127.0.0.1:${settings.PORT}/genesis/sessions`, {
      headers: { authorization: `Bearer ${keptToken('a good token', tokenFor('bob'))}` },
    })
  await eventually(async () => (await call()).status >= 500)
  const failed = (service: ServiceProcess) => service.output().includes('password authentication failed')
  await eventually(() => failed(gateway) && failed(relay))
  await Promise.all([end(gateway), end(relay, 'SIGKILL')])
})

it('lets a relay fail to log in to Kafka', async () => {
  const relay = await startService(
    'message-relay',
    await relaySettings({
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: 'relay',
      KAFKA_SASL_PASSWORD: SASL_PASSWORD,
    }),
  )
  await eventually(() => relay.output().includes('nothing is claimed until'))
  await end(relay, 'SIGKILL')
})

it('lets a gateway fetch its keys from a provider whose address holds a password', async () => {
  const provider = createServer((socket) => socket.end('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'))
  provider.listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const { port } = provider.address() as AddressInfo
  const settings = await gatewaySettings({
    JWT_SECRET: '',
    JWT_ALGORITHMS: 'RS256',
    JWT_JWKS_URL: `http://127.0.0.1:${port}/keys?api_key=${encodeURIComponent(SASL_PASSWORD)}`,
  })
  const url = `http://127.0.0.1:${settings.PORT}`
  const gateway = await startService('api-gateway', settings, `${url}/health/ready`)
  const token = sign({}, privateKey, { algorithm: 'RS256', keyid: 'k', subject: 'ada', expiresIn: 60 })
  const headers = { authorization: `Bearer ${keptToken('a token of a private key', token)}` }
  expect((await fetch(`${url}/genesis/sessions`, { headers })).status).toBe(503)
  provider.close()
  await end(gateway)
})

it.each([
  ['a JWT_SECRET that is too short', { JWT_SECRET: SHORT_SECRET }],
  ['a private key for a public one', { JWT_SECRET: '', JWT_ALGORITHMS: 'RS256', JWT_PUBLIC_KEY: privateKey }],
  ['another protocol', { DATABASE_URL: `mysql://u:${encodeURIComponent(WRONG_PASSWORD)}@h/d` }],
  ['no connection string', { DATABASE_URL: WRONG_PASSWORD }],
  ['a certificate that is not there', { DATABASE_URL: `postgres://u:${SHORT_SECRET}@h/d?sslrootcert=/none` }],
  ['a JWKS URL that is none', { JWT_SECRET: '', JWT_JWKS_URL: `ftp://u:${SHORT_SECRET}@h/keys` }],
])('lets a gateway refuse its settings: %s', async (_name, wrong) => {
  const gateway = await startService('api-gateway', await gatewaySettings(wrong))
  const [code] = (await once(gateway.child, 'exit')) as [number]
  expect(code).toBe(78)
  expect(gateway.output()).not.toBe('')
  outputs.push(gateway.output())
})

it("lets an operator's command fail", async () => {
  const main = path.join(repositoryRoot, 'apps/message-relay/dist/operator/main.js')
  const env = await relaySettings({ DATABASE_URL: withPassword(database.relayUrl, WRONG_PASSWORD) })
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, [main, 'status'], { env }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  )
  expect(output).toContain('password authentication failed')
  outputs.push(output)
})

it('finds none of the secrets in all that was written', () => {
  const written = outputs.join('\n')
  expect(outputs.length).toBeGreaterThanOrEqual(12)
  expect(secrets.size).toBeGreaterThan(30)
  expect([...secrets].filter(([secret]) => written.includes(secret)).map(([, what]) => what)).toEqual([])
})
