/** The relay's settings. */
import { ConfigurationError } from '@infinite-scribe/service-kit'
import { readConfiguration, readOperatorConfiguration } from './config'

const needed = {
  SERVICE_TYPE: 'message-relay',
  DATABASE_URL: 'postgres://u:p@localhost/d',
  KAFKA_BROKERS: 'a:9092, b:9092',
}
const faults = (environment: Record<string, string>): readonly string[] => {
  try {
    readConfiguration(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
}

it('has the documented defaults, in milliseconds inside', () => {
  expect(readConfiguration(needed)).toEqual({
    httpPort: 8001,
    logLevel: 'info',
    databaseUrl: needed.DATABASE_URL,
    eventsTopic: 'domain-events',
    topicPartitions: 6,
    cloudEvents: false,
    kafka: { brokers: ['a:9092', 'b:9092'], clientId: 'message-relay', ssl: false },
    pollIntervalMs: 5000,
    batchRows: 100,
    leaseMs: 10_000,
    publishTimeoutMs: 4000,
    shutdownTimeoutMs: 25_000,
    sentRetentionHours: 24,
    failedKeyPolicy: 'skip',
  })
})

it.each([
  [{}, 'SERVICE_TYPE'],
  [{ SERVICE_TYPE: 'api-gateway' }, 'SERVICE_TYPE'],
  [{ RELAY_BATCH_SIZE: '1.5' }, 'RELAY_BATCH_SIZE'],
  [{ RELAY_POLL_INTERVAL: '0' }, 'RELAY_POLL_INTERVAL'],
  [{ KAFKA_BROKERS: ' , ' }, 'KAFKA_BROKERS'],
  [{ RELAY_LEASE: '4', RELAY_PUBLISH_TIMEOUT: '4' }, 'RELAY_LEASE'],
  // It would relay nothing: the lease is renewed every 1.23 s, and lasts for a publish for 0.1 s of them.
  [{ RELAY_LEASE: '4.1' }, 'RELAY_LEASE: must be at least 6.67 s with RELAY_PUBLISH_TIMEOUT (4 s)'],
  [{ RELAY_FAILED_KEY_POLICY: 'wait' }, 'RELAY_FAILED_KEY_POLICY'],
  [{ KAFKA_CLIENT: 'librdkafka' }, 'KAFKA_CLIENT'],
  [{ EVENTS_TOPIC: 'a b' }, 'EVENTS_TOPIC'],
])('refuses %j and names %s', (wrong, name) => {
  const environment: Record<string, string> = { ...needed, ...wrong }
  if (Object.keys(wrong).length === 0) delete environment.SERVICE_TYPE
  const [fault, ...others] = faults(environment)
  expect(fault).toContain(name)
  expect(others).toEqual([])
})

it('takes a lease that has time for a publish between two renewals', () => {
  expect(faults({ ...needed, RELAY_LEASE: '6.67' })).toEqual([])
  expect(faults({ ...needed, RELAY_LEASE: '2', RELAY_PUBLISH_TIMEOUT: '1.2' })).toEqual([])
})

it('wants both halves of the credentials, and repeats none', () => {
  const wrong = faults({ ...needed, KAFKA_SASL_MECHANISM: 'plain' })
  expect(wrong).toEqual([
    expect.stringContaining('KAFKA_SASL_USERNAME'),
    expect.stringContaining('KAFKA_SASL_PASSWORD'),
  ])
  const sasl = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 'p' }
  expect(readConfiguration({ ...needed, ...sasl }).kafka.sasl).toEqual({
    mechanism: 'plain',
    username: 'u',
    password: 'p',
  })
})

it('wants TLS where it is told whom to trust, and a file that is there', () => {
  expect(faults({ ...needed, KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' })).toEqual([
    'KAFKA_SSL_CA_FILE: names a file that cannot be read (ENOENT)',
  ])
  expect(readConfiguration({ ...needed, KAFKA_SSL: 'true' }).kafka.ssl).toBe(true)
})

it('asks no service type of an operator', () => {
  const { DATABASE_URL, KAFKA_BROKERS } = needed
  expect(readOperatorConfiguration({ DATABASE_URL, KAFKA_BROKERS }).eventsTopic).toBe('domain-events')
})
