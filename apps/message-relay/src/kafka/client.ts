/** The Kafka client of this service: where the brokers are and how to speak to them. */
import { Kafka, logLevel, type ISocketFactory, type KafkaConfig, type SASLOptions } from 'kafkajs'

export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** With `ca`, only brokers whose certificate these authorities (PEM) signed; else those that Node trusts. */
  readonly ssl: boolean | { readonly ca: string }
  readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string }
  /** How sockets are opened where brokers are not reached directly, as through a tunnel. */
  readonly socketFactory?: ISocketFactory
  /** How long one request may take. */
  readonly requestTimeoutMs: number
  /** How often the client itself tries again; never, unless given: the relay's table keeps the schedule. */
  readonly retries?: number
}

export type KafkaLog = (message: string, details: Record<string, unknown>) => void

/** A Kafka client; `log` gets what it would print. */
export function createKafka(settings: KafkaSettings, log: KafkaLog): Kafka {
  const config: KafkaConfig = {
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    ssl: settings.ssl,
    ...(settings.sasl ? { sasl: settings.sasl as SASLOptions } : {}),
    ...(settings.socketFactory ? { socketFactory: settings.socketFactory } : {}),
    connectionTimeout: Math.min(2000, settings.requestTimeoutMs),
    requestTimeout: settings.requestTimeoutMs,
    retry: { retries: settings.retries ?? 0, initialRetryTime: 100 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message, ...details } }) =>
        log(`kafkajs ${namespace}: ${message}`, details),
  }
  return new Kafka(config)
}
