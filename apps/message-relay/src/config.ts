/** The relay's settings: parsed from the environment once, every fault reported together. */
import {
  bool,
  certificateFile,
  commaSeparated,
  httpUrl,
  integerBetween,
  LOG_LEVELS,
  numberBetween,
  postgresUrl,
  readSettings,
  str,
  tcpPort,
  eventsTopicName,
} from '@infinite-scribe/service-kit'
import type { KafkaSettings } from './kafka/client'
import { longestPublish, shortestLease } from './policy/lease-times'
import type { FailedKeyPolicy } from './policy/settlement'

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

export interface RelayConfiguration {
  readonly httpPort: number
  readonly logLevel: string
  /** The base address of a collector; undefined is no tracing. */
  readonly otlpEndpoint: string | undefined
  readonly databaseUrl: string
  readonly eventsTopic: string
  readonly topicPartitions: number
  readonly cloudEvents: boolean
  readonly kafka: Omit<KafkaSettings, 'requestTimeoutMs'>
  readonly pollIntervalMs: number
  readonly batchRows: number
  readonly leaseMs: number
  readonly publishTimeoutMs: number
  readonly shutdownTimeoutMs: number
  readonly sentRetentionHours: number
  readonly failedKeyPolicy: FailedKeyPolicy
}

const SERVICE = 'message-relay'

const KAFKA_AND_DATABASE = {
  DATABASE_URL: postgresUrl(),
  KAFKA_BROKERS: commaSeparated(),
  KAFKA_CLIENT: str({ choices: ['kafkajs'], default: 'kafkajs' }),
  KAFKA_CLIENT_ID: str({ default: SERVICE }),
  KAFKA_SSL: bool({ default: false }),
  KAFKA_SSL_CA_FILE: certificateFile({ default: undefined }),
  KAFKA_SASL_MECHANISM: str({ choices: ['', ...SASL_MECHANISMS], default: '' }),
  KAFKA_SASL_USERNAME: str({ default: '' }),
  KAFKA_SASL_PASSWORD: str({ default: '' }),
  KAFKA_TOPIC_PARTITIONS: integerBetween(1, 10_000)({ default: 6 }),
  KAFKA_CLOUDEVENTS: bool({ default: false }),
  EVENTS_TOPIC: eventsTopicName({ default: 'domain-events' }),
  LOG_LEVEL: str({ choices: LOG_LEVELS, default: 'info' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({ default: undefined }),
  RELAY_HTTP_PORT: tcpPort({ default: 8001 }),
  RELAY_POLL_INTERVAL: numberBetween(0.05, 3600)({ default: 5 }),
  RELAY_BATCH_SIZE: integerBetween(1, 10_000)({ default: 100 }),
  RELAY_SHUTDOWN_TIMEOUT: numberBetween(1, 600)({ default: 25 }),
  RELAY_SENT_RETENTION_HOURS: numberBetween(0, 1_000_000)({ default: 24 }),
  RELAY_FAILED_KEY_POLICY: str({ choices: ['skip', 'block'] as const, default: 'skip' as const }),
  RELAY_LEASE: numberBetween(1, 3600)({ default: 10 }),
  RELAY_PUBLISH_TIMEOUT: numberBetween(0.1, 600)({ default: 4 }),
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The settings of the service.
 * @throws {ConfigurationError} with a line for each fault
 */
export function readConfiguration(environment: Environment): RelayConfiguration {
  return read({
    // envalid calls an absent variable missing; this one is to say what it must be.
    ...environment,
    SERVICE_TYPE: environment.SERVICE_TYPE ?? '(not set)',
  })
}

/**
 * The settings of an operator's command, which may be typed where SERVICE_TYPE is not set.
 * @throws {ConfigurationError} with a line for each fault
 */
export function readOperatorConfiguration(environment: Environment): RelayConfiguration {
  return read({ ...environment, SERVICE_TYPE: SERVICE })
}

function read(environment: Environment): RelayConfiguration {
  const settings = readSettings(
    environment,
    { ...KAFKA_AND_DATABASE, SERVICE_TYPE: str({ choices: [SERVICE] }) },
    (given) => {
      const faults: string[] = []
      if (given.KAFKA_BROKERS?.length === 0) faults.push('KAFKA_BROKERS: names no broker')
      const { RELAY_LEASE: lease = Infinity, RELAY_PUBLISH_TIMEOUT: deadline = 0 } = given
      if (deadline > longestPublish(lease)) {
        const shortest = Math.ceil(shortestLease(deadline) * 100) / 100
        faults.push(
          `RELAY_LEASE: must be at least ${shortest} s with RELAY_PUBLISH_TIMEOUT (${deadline} s): a publish ends within its lease, between two renewals`,
        )
      }
      if (given.KAFKA_SSL_CA_FILE !== undefined && given.KAFKA_SSL === false) {
        faults.push('KAFKA_SSL: must be true with KAFKA_SSL_CA_FILE')
      }
      if (given.KAFKA_SASL_MECHANISM) {
        if (given.KAFKA_SASL_USERNAME === '')
          faults.push('KAFKA_SASL_USERNAME: is required with KAFKA_SASL_MECHANISM')
        if (given.KAFKA_SASL_PASSWORD === '')
          faults.push('KAFKA_SASL_PASSWORD: is required with KAFKA_SASL_MECHANISM')
      }
      return faults
    },
  )
  const authorities = settings.KAFKA_SSL_CA_FILE
  const mechanism = SASL_MECHANISMS.find((name) => name === settings.KAFKA_SASL_MECHANISM)
  const credentials = { username: settings.KAFKA_SASL_USERNAME, password: settings.KAFKA_SASL_PASSWORD }
  return Object.freeze({
    httpPort: settings.RELAY_HTTP_PORT,
    logLevel: settings.LOG_LEVEL,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    databaseUrl: settings.DATABASE_URL,
    eventsTopic: settings.EVENTS_TOPIC,
    topicPartitions: settings.KAFKA_TOPIC_PARTITIONS,
    cloudEvents: settings.KAFKA_CLOUDEVENTS,
    kafka: {
      brokers: settings.KAFKA_BROKERS,
      clientId: settings.KAFKA_CLIENT_ID,
      ssl: authorities === undefined ? settings.KAFKA_SSL : { ca: authorities },
      ...(mechanism ? { sasl: { mechanism, ...credentials } } : {}),
    },
    pollIntervalMs: settings.RELAY_POLL_INTERVAL * 1000,
    batchRows: settings.RELAY_BATCH_SIZE,
    leaseMs: settings.RELAY_LEASE * 1000,
    publishTimeoutMs: settings.RELAY_PUBLISH_TIMEOUT * 1000,
    shutdownTimeoutMs: settings.RELAY_SHUTDOWN_TIMEOUT * 1000,
    sentRetentionHours: settings.RELAY_SENT_RETENTION_HOURS,
    failedKeyPolicy: settings.RELAY_FAILED_KEY_POLICY,
  })
}
