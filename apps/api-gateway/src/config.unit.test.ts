/** What the gateway takes as its settings, and how it says no. */
import { generateKeyPairSync } from 'node:crypto'
import { ConfigurationError } from '@infinite-scribe/service-kit'
import { readGatewaySettings } from './config'

const SECRET = 'a-secret-of-thirty-two-bytes-0123'
const HMAC = { JWT_ALGORITHMS: 'HS256', JWT_SECRET: SECRET }
const COMMON = {
  DATABASE_URL: 'postgres://ada:hunter2@db:5432/infinite_scribe',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'genesis',
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const small = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const pem = (key: typeof rsa.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString()

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readGatewaySettings(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.faults
  }
}

describe('the settings of the gateway', () => {
  it('have the defaults of the contract', () => {
    expect(readGatewaySettings({ ...COMMON, ...HMAC })).toMatchObject({
      port: 8000,
      adminPort: 8002,
      databasePoolMax: 10,
      shutdownTimeoutMs: 25_000,
      commandTimeoutSeconds: 900,
      corsOrigins: [],
      eventsTopic: 'domain-events',
      eventMaxBytes: 900_000,
      commandsPerSecond: 100,
      jwt: { algorithms: ['HS256'], clockToleranceSeconds: 5 },
      logLevel: 'info',
    })
  })

  it('cannot be changed', () => {
    const settings = readGatewaySettings({ ...COMMON, ...HMAC })
    expect(Object.isFrozen(settings)).toBe(true)
    expect(Object.isFrozen(settings.jwt)).toBe(true)
    expect(Object.isFrozen(settings.corsOrigins)).toBe(true)
  })

  it('take an empty variable for an absent one', () => {
    const empty = { PORT: '', JWT_PUBLIC_KEY: '', JWT_JWKS_URL: '', SERVICE_TYPE: '', CORS_ORIGINS: '' }
    expect(readGatewaySettings({ ...COMMON, ...HMAC, ...empty }).port).toBe(8000)
  })

  it('report everything that is missing together', () => {
    expect(faultsOf({}).map((fault) => fault.split(':')[0])).toEqual([
      'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL',
      'JWT_ALGORITHMS',
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'DATABASE_URL',
    ])
  })

  it('report faults of every kind together, one line each, without a secret', () => {
    const faults = faultsOf({
      ...COMMON,
      JWT_ALGORITHMS: 'HS256,none',
      JWT_SECRET: 'hunter2',
      PORT: 'eighty',
      DATABASE_URL: 'mysql://ada:hunter2@db/x',
      EVENTS_TOPIC: 'no topic',
      LOG_LEVEL: 'loud',
      SERVICE_TYPE: 'message-relay',
      CORS_ORIGINS: '*',
    })
    expect(faults).toHaveLength(8)
    expect(faults.join()).not.toContain('hunter2')
    for (const fault of faults) expect(fault).not.toContain('\n')
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['another service type', { SERVICE_TYPE: 'message-relay' }, /^SERVICE_TYPE: must be api-gateway/],
    ['one port for both servers', { PORT: '9000', GATEWAY_ADMIN_PORT: '9000' }, /^GATEWAY_ADMIN_PORT:/],
    ['a port that is none', { PORT: '65536' }, /^PORT:/],
    ['a pool without connections', { DATABASE_POOL_MAX: '0' }, /^DATABASE_POOL_MAX:/],
    ['a negative time-out', { SHUTDOWN_TIMEOUT: '-1' }, /^SHUTDOWN_TIMEOUT:/],
    ['every origin', { CORS_ORIGINS: '*' }, /^CORS_ORIGINS: "\*"/],
    ['an origin with a path', { CORS_ORIGINS: 'https://app.example/x' }, /^CORS_ORIGINS:/],
    ['an origin with a slash', { CORS_ORIGINS: 'https://app.example/' }, /^CORS_ORIGINS:/],
    ['the null origin', { CORS_ORIGINS: 'null' }, /^CORS_ORIGINS:/],
    ['a rate that is no whole number', { RATE_LIMIT_COMMANDS_PER_SECOND: '1.5' }, /^RATE_LIMIT/],
    ['a secret of 31 bytes', { JWT_SECRET: SECRET.slice(0, 31) }, /^JWT_SECRET: must be at least 32 bytes/],
    ['an algorithm that nobody knows', { JWT_ALGORITHMS: 'HS256,HS1' }, /^JWT_ALGORITHMS:/],
    ['none in any case', { JWT_ALGORITHMS: 'nOne' }, /^JWT_ALGORITHMS:/],
    ['only commas', { JWT_ALGORITHMS: ',' }, /^JWT_ALGORITHMS:/],
    ['an algorithm for public keys', { JWT_ALGORITHMS: 'HS256,RS256' }, /^JWT_ALGORITHMS: RS256 needs/],
    ['two key sources', { JWT_PUBLIC_KEY: pem(rsa.publicKey) }, /exactly one .*not JWT_SECRET and/],
    ['a tolerance that is too large', { JWT_CLOCK_TOLERANCE_SECONDS: '301' }, /^JWT_CLOCK_TOLERANCE/],
  ])('refuse %s', (_fault, environment, expected) => {
    const faults = faultsOf({ ...COMMON, ...HMAC, ...environment })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
  })
})

describe('a public key', () => {
  const read = (key: string, algorithms = 'RS256') => ({
    ...COMMON,
    JWT_ALGORITHMS: algorithms,
    JWT_PUBLIC_KEY: key,
  })

  it.each<[string, string, string]>([
    ['RSA', pem(rsa.publicKey), 'RS256,RS512,PS256'],
    ['RSA on one line', pem(rsa.publicKey).replaceAll('\n', '\\n'), 'RS256'],
    ['EC', pem(ec.publicKey), 'ES256'],
  ])('is taken as %s', (_form, key, algorithms) => {
    expect(readGatewaySettings(read(key, algorithms)).jwt.algorithms).toEqual(algorithms.split(','))
  })

  it.each<[string, Record<string, string>, RegExp]>([
    ['no PEM', read('c2VjcmV0'), /^JWT_PUBLIC_KEY: is no public key in PEM form$/],
    [
      'a private key',
      read(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
      /^JWT_PUBLIC_KEY: holds a private key/,
    ],
    ['a key of 1024 bits', read(pem(small.publicKey)), /^JWT_ALGORITHMS: an RSA key needs 2048 bits/],
    ['an HMAC algorithm', read(pem(rsa.publicKey), 'HS256'), /^JWT_ALGORITHMS: HS256 needs a secret/],
    ['a key of another kind', read(pem(rsa.publicKey), 'ES256'), /^JWT_ALGORITHMS: ES256 needs a key on/],
    ['another curve', read(pem(ec.publicKey), 'ES384'), /^JWT_ALGORITHMS: ES384 needs a key on/],
    ['an EC key for RSA', read(pem(ec.publicKey), 'PS256'), /^JWT_ALGORITHMS: PS256 needs an RSA key/],
  ])('is refused as %s', (_fault, environment, expected) => {
    const faults = faultsOf(environment)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(expected)
  })
})

describe('the URL of a key set', () => {
  const read = (url: string, algorithms = 'RS256,ES256') => ({
    ...COMMON,
    JWT_ALGORITHMS: algorithms,
    JWT_JWKS_URL: url,
  })

  it('is taken', () => {
    const { source } = readGatewaySettings(read('https://idp.test/jwks.json')).jwt
    expect(source).toEqual({ jwksUrl: new URL('https://idp.test/jwks.json') })
  })

  it.each([
    [read('idp.test/jwks'), /^JWT_JWKS_URL: is no http or https URL$/],
    [read('file:///etc/jwks.json'), /^JWT_JWKS_URL: is no http or https URL$/],
    [read('https://idp.test/jwks.json', 'HS256'), /^JWT_ALGORITHMS: HS256 does not fit JWT_JWKS_URL/],
  ])('is refused when it does not fit', (environment, expected) => {
    expect(faultsOf(environment)).toEqual([expect.stringMatching(expected)])
  })
})
