/** Apache Kafka 3.7.0 in KRaft mode as a process of this machine: one node that is broker and controller. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, releasePort } from '../free-port'
import type { KafkaPart, ServerPurpose } from '../provider'
import { waitForKafka } from '../readiness/kafka-ready'
import { kafkaJars } from './kafka-jars'
import { NativePart, portWasTaken } from './native-part'

const START_TIMEOUT_MS = 60_000
const PORT_TRIES = 3
const HEAP_MB = 512

/** Broker settings that every provider of ours uses; the file and the image spell them in their own ways. */
export const BROKER_SETTINGS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'num.partitions': '1',
  'default.replication.factor': '1',
  'offsets.topic.num.partitions': '1',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.num.partitions': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  // A consumer group of one joins in milliseconds instead of three seconds.
  'group.initial.rebalance.delay.ms': '0',
  // After a kill the broker's old registration must lapse before it may come back: 3 s instead of 14.
  'broker.session.timeout.ms': '1500',
  'broker.heartbeat.interval.ms': '250',
  'log.cleaner.enable': 'false',
}

/** A listener beside the plain one that the stack itself uses. */
export interface FurtherListener {
  readonly name: string
  readonly protocol: 'SSL' | 'SASL_SSL'
  readonly port: number
  /** Its own settings, without the prefix that names it. */
  readonly settings: Readonly<Record<string, string>>
}

interface Ports {
  readonly broker: number
  readonly controller: number
}

export interface NativeKafkaPlaces {
  readonly home: string
  readonly logFile: string
  readonly pidFile: string
}

export class NativeKafka extends NativePart implements KafkaPart {
  readonly name = 'kafka'
  private ports: Ports | undefined

  constructor(
    private readonly places: NativeKafkaPlaces,
    private readonly further: readonly FurtherListener[] = [],
    private readonly preferredPort?: number,
    private readonly purpose: ServerPurpose = 'short runs',
  ) {
    super(places.logFile)
  }

  get brokers(): string {
    if (this.ports === undefined) throw new Error('kafka has no port before its first start')
    return `127.0.0.1:${this.ports.broker}`
  }

  protected async bringUp(signal: AbortSignal): Promise<void> {
    mkdirSync(join(this.places.home, 'data'), { recursive: true })
    const libs = await kafkaJars(this.logFile, signal)
    const keepsPorts = this.ports !== undefined
    for (let attempt = 1; ; attempt += 1) {
      this.ports ??= { broker: await freePort(this.preferredPort), controller: await freePort() }
      signal.throwIfAborted()
      try {
        await this.launch(libs, this.ports)
        return
      } catch (error) {
        if (signal.aborted || keepsPorts || attempt === PORT_TRIES || !portWasTaken(this.logFile)) throw error
        await this.process.kill()
        releasePort(this.ports.broker)
        releasePort(this.ports.controller)
        this.ports = undefined
      }
    }
  }

  private async launch(libs: string, ports: Ports): Promise<void> {
    const { home, pidFile } = this.places
    this.writeMetaProperties()
    writeFileSync(join(home, 'server.properties'), properties(serverSettings(ports, this.further)))
    await this.process.launch({
      command: javaCommand(),
      args: [
        `-Xmx${HEAP_MB}m`,
        '-Xms64m',
        '-XX:+UseSerialGC',
        ...(this.purpose === 'short runs' ? ['-XX:TieredStopAtLevel=1'] : []),
        '-Xshare:auto',
        // No file in the system's temporary folder that a kill would leave there.
        '-XX:-UsePerfData',
        `-XX:ErrorFile=${join(home, 'hs_err.log')}`,
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        '-Dorg.slf4j.simpleLogger.showDateTime=true',
        '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
        '-cp',
        join(libs, '*'),
        'kafka.Kafka',
        'server.properties',
      ],
      // log.dirs is relative to it: a path in a properties file would need escaping.
      cwd: home,
      env: javaEnvironment(),
      logFile: this.logFile,
      pidFile,
      stopSignal: 'SIGTERM',
      stopTimeoutMs: 15_000,
    })
    await waitForKafka(this.brokers, START_TIMEOUT_MS, this.stillAlive)
  }

  /** What Kafka's own storage tool would write, without the second that starting it costs. */
  private writeMetaProperties(): void {
    const file = join(this.places.home, 'data/meta.properties')
    if (existsSync(file)) return
    const clusterId = randomBytes(16).toString('base64url')
    writeFileSync(file, properties({ version: '1', 'cluster.id': clusterId, 'node.id': '1' }))
  }
}

const serverSettings = (
  { broker, controller }: Ports,
  further: readonly FurtherListener[],
): Record<string, string> => ({
  'process.roles': 'broker,controller',
  'node.id': '1',
  'controller.quorum.voters': `1@127.0.0.1:${controller}`,
  listeners: [
    `PLAINTEXT://127.0.0.1:${broker}`,
    `CONTROLLER://127.0.0.1:${controller}`,
    ...further.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
  ].join(','),
  'advertised.listeners': [
    `PLAINTEXT://127.0.0.1:${broker}`,
    ...further.map(({ name, port }) => `${name}://localhost:${port}`),
  ].join(','),
  'controller.listener.names': 'CONTROLLER',
  'listener.security.protocol.map': [
    'PLAINTEXT:PLAINTEXT',
    'CONTROLLER:PLAINTEXT',
    ...further.map(({ name, protocol }) => `${name}:${protocol}`),
  ].join(','),
  'inter.broker.listener.name': 'PLAINTEXT',
  'log.dirs': 'data',
  'num.io.threads': '2',
  'num.network.threads': '2',
  ...BROKER_SETTINGS,
  ...Object.fromEntries(
    further.flatMap(({ name, settings }) =>
      Object.entries(settings).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value]),
    ),
  ),
})

const properties = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

const javaCommand = (): string => {
  const home = process.env.JAVA_HOME
  const own = home === undefined || home === '' ? undefined : join(home, 'bin/java')
  return own !== undefined && existsSync(own) ? own : 'java'
}

/** None of the caller's KAFKA_* or JVM options, which would change what the broker does. */
const javaEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, HOME, LANG, LC_ALL, JAVA_HOME } = process.env
  return { PATH, HOME, LANG, LC_ALL, JAVA_HOME }
}

export { javaCommand }
