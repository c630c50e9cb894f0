/** The gateway's settings: its environment, read once, every fault reported together. */
import {
  commaSeparated,
  ConfigurationError,
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
import { readJwtSettings, type JwtSettings } from './jwt-config'

export interface GatewaySettings {
  /** 0 lets the system choose. */
  readonly port: number
  readonly adminPort: number
  readonly databaseUrl: string
  readonly databasePoolMax: number
  readonly shutdownTimeoutMs: number
  readonly commandTimeoutSeconds: number
  readonly corsOrigins: readonly string[]
  readonly eventsTopic: string
  readonly eventMaxBytes: number
  /** For each user; 0 is no limit. */
  readonly commandsPerSecond: number
  readonly jwt: JwtSettings
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** The base address of a collector; undefined is no tracing. */
  readonly otlpEndpoint: string | undefined
}

export const SERVICE_TYPE = 'api-gateway'

type Environment = Readonly<Record<string, string | undefined>>

const SPECS = {
  SERVICE_TYPE: str({ default: SERVICE_TYPE }),
  PORT: tcpPort({ default: 8000 }),
  GATEWAY_ADMIN_PORT: tcpPort({ default: 8002 }),
  DATABASE_URL: postgresUrl(),
  DATABASE_POOL_MAX: integerBetween(1, 1000)({ default: 10 }),
  SHUTDOWN_TIMEOUT: numberBetween(0, 3600)({ default: 25 }),
  COMMAND_TIMEOUT_SECONDS: numberBetween(1, 7 * 24 * 3600)({ default: 900 }),
  CORS_ORIGINS: commaSeparated({ default: [] }),
  EVENTS_TOPIC: eventsTopicName({ default: 'domain-events' }),
  EVENT_MAX_BYTES: integerBetween(1024, 100_000_000)({ default: 900_000 }),
  RATE_LIMIT_COMMANDS_PER_SECOND: integerBetween(0, 1_000_000)({ default: 100 }),
  LOG_LEVEL: str({ choices: LOG_LEVELS, default: 'info' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl({ default: undefined }),
}

/**
 * The gateway's settings.
 * @throws {ConfigurationError} with one line for each fault, none of which holds a secret.
 */
export function readGatewaySettings(environment: Environment): GatewaySettings {
  const faults: string[] = []
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error
      faults.push(...error.faults)
      return undefined
    }
  }
  const jwt = attempt(() => readJwtSettings(environment))
  const settings = attempt(() => readSettings(environment, SPECS, crossFaults))
  if (!jwt || !settings) throw new ConfigurationError(faults)
  return Object.freeze({
    port: settings.PORT,
    adminPort: settings.GATEWAY_ADMIN_PORT,
    databaseUrl: settings.DATABASE_URL,
    databasePoolMax: settings.DATABASE_POOL_MAX,
    shutdownTimeoutMs: settings.SHUTDOWN_TIMEOUT * 1000,
    commandTimeoutSeconds: settings.COMMAND_TIMEOUT_SECONDS,
    corsOrigins: Object.freeze([...settings.CORS_ORIGINS]),
    eventsTopic: settings.EVENTS_TOPIC,
    eventMaxBytes: settings.EVENT_MAX_BYTES,
    commandsPerSecond: settings.RATE_LIMIT_COMMANDS_PER_SECOND,
    jwt,
    logLevel: settings.LOG_LEVEL,
    otlpEndpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
  })
}

/** Faults of those settings that are right alone. */
function crossFaults(settings: {
  SERVICE_TYPE?: string
  PORT?: number
  GATEWAY_ADMIN_PORT?: number
  CORS_ORIGINS?: string[]
}): string[] {
  const faults: string[] = []
  if (settings.SERVICE_TYPE !== SERVICE_TYPE) faults.push(`SERVICE_TYPE: must be ${SERVICE_TYPE}, or not set`)
  // 0 lets the system choose, and undefined is a fault already told.
  if (settings.PORT && settings.PORT === settings.GATEWAY_ADMIN_PORT) {
    faults.push('GATEWAY_ADMIN_PORT: must differ from PORT')
  }
  for (const origin of settings.CORS_ORIGINS ?? []) {
    if (!isOrigin(origin)) {
      faults.push(
        `CORS_ORIGINS: "${origin}" is no origin such as https://app.example (exact ones only, no path, no "*")`,
      )
    }
  }
  return faults
}

function isOrigin(text: string): boolean {
  try {
    const { origin, protocol } = new URL(text)
    return origin === text && (protocol === 'http:' || protocol === 'https:')
  } catch {
    return false
  }
}
