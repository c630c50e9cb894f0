/** The whole stack: PostgreSQL and Kafka of one provider, the gateway and the relays. */
import { join } from 'node:path'
import type { Environment } from '../choose-provider'
import type { Progress } from '../cli/progress'
import { freePort, releasePort } from '../free-port'
import { databaseOf, withDatabase } from '../external/external-provider'
import { migrate } from '../migrate/migrate'
import { SetupError, StackRefusal, type StackPart, type StackProvider } from '../provider'
import { withClient } from '../readiness/postgres-ready'
import type { RunFolder } from '../runs/run-folder'
import { jwtEnvironment, jwtSettings, signToken, type JwtSettings } from './credentials'
import { Service } from './service'
import type { StackFile } from './stack-file'
import { createTopics, deleteTopics } from './topics'

export interface StackOptions {
  readonly provider: StackProvider
  readonly run: RunFolder
  readonly environment: Environment
  /** Without it the provider's own: the one that DATABASE_URL names, or `infinite_scribe`. */
  readonly database?: string
  readonly eventsTopic?: string
  /** Signs the tokens unless the environment gives another; a fresh one unless given. */
  readonly secret?: string
  /** Preferred ports; a free one is taken instead of one that is in use, and where none is preferred. */
  readonly ports?: { readonly gateway: number; readonly gatewayAdmin: number; readonly relay: number }
  /** Told when a service ends without having been asked to. */
  readonly onUnexpectedEnd?: (part: string, how: string, logFile: string) => void
}

/** The server is up already. */
const MIGRATION = { createDatabase: true, timeoutMs: 5_000 }
const DEFAULT_TOPIC = 'domain-events'
const DEFAULT_ORIGINS = 'http://localhost:3000,http://localhost:5173'

export class LocalStack {
  readonly provider: StackProvider
  readonly jwt: JwtSettings
  readonly eventsTopic: string
  private gatewayService: Service | undefined
  private readonly relayServices: Service[] = []
  private gatewayAdminUrl = ''
  private tokens: { readonly developer: string; readonly agent: string }

  constructor(private readonly options: StackOptions) {
    this.provider = options.provider
    this.jwt = jwtSettings(options.environment, options.secret)
    this.eventsTopic = options.eventsTopic ?? options.environment.EVENTS_TOPIC ?? DEFAULT_TOPIC
    this.tokens = this.signTokens()
  }

  get databaseUrl(): string {
    return this.provider.postgres.databaseUrl(this.options.database)
  }

  get gateway(): Service {
    if (this.gatewayService === undefined) throw new Error('the stack was not started')
    return this.gatewayService
  }

  get relays(): readonly Service[] {
    return this.relayServices
  }

  get token(): string {
    return this.tokens.developer
  }

  get agentToken(): string {
    return this.tokens.agent
  }

  /** Brings everything up, in order; a failure names the part, the reason and its log. */
  async start(progress: Progress): Promise<void> {
    const starting = this.bringUp(progress)
    this.starting = starting.catch(() => undefined)
    await starting
  }

  private starting: Promise<void> = Promise.resolve()
  private closing = false

  private async bringUp(progress: Progress): Promise<void> {
    await progress.step(`PostgreSQL and Kafka (${this.provider.name})`, () => this.provider.start())
    await progress.step('Database schema', () => this.migrate())
    await progress.step('Kafka topics', () => this.createTopics())
    await progress.step('api-gateway and message-relay', async () => {
      this.gatewayService = await this.newGateway()
      const relay = await this.newRelay()
      if (this.closing) throw new Error('ended while it was coming up')
      await Promise.all([this.gatewayService.startReady(), relay.startReady()])
    })
  }

  private async migrate(): Promise<void> {
    await migrate(this.databaseUrl, MIGRATION).catch((error: unknown) => {
      throw new SetupError(
        'The database could not be migrated',
        (error as Error).message,
        this.provider.postgres.logFile,
        {
          cause: error,
        },
      )
    })
  }

  private async createTopics(): Promise<void> {
    await createTopics(this.relayEnvironment()).catch((error: unknown) => {
      throw new SetupError(
        'The topics could not be created',
        (error as Error).message,
        this.provider.kafka.logFile,
        {
          cause: error,
        },
      )
    })
  }

  /** What every service gets: the shell's own settings, and the stack's over them. */
  private sharedEnvironment(): NodeJS.ProcessEnv {
    return { ...this.options.environment, DATABASE_URL: this.databaseUrl, EVENTS_TOPIC: this.eventsTopic }
  }

  /** The environment of a relay, and of its command line. */
  relayEnvironment(port?: number): NodeJS.ProcessEnv {
    return {
      ...this.sharedEnvironment(),
      SERVICE_TYPE: 'message-relay',
      KAFKA_BROKERS: this.provider.kafka.brokers,
      ...(port === undefined ? {} : { RELAY_HTTP_PORT: String(port) }),
    }
  }

  private async newGateway(): Promise<Service> {
    const port = await freePort(this.options.ports?.gateway)
    const adminPort = await freePort(this.options.ports?.gatewayAdmin)
    this.gatewayAdminUrl = `http://localhost:${adminPort}`
    return this.newService('gateway', 'api-gateway', port, {
      ...this.sharedEnvironment(),
      ...jwtEnvironment(this.jwt),
      SERVICE_TYPE: 'api-gateway',
      PORT: String(port),
      GATEWAY_ADMIN_PORT: String(adminPort),
      CORS_ORIGINS: this.options.environment.CORS_ORIGINS ?? DEFAULT_ORIGINS,
    })
  }

  private async newRelay(): Promise<Service> {
    const number = this.relayServices.length + 1
    const port = await freePort(number === 1 ? this.options.ports?.relay : undefined)
    const relay = this.newService(`relay:${number}`, 'message-relay', port, this.relayEnvironment(port))
    this.relayServices.push(relay)
    return relay
  }

  private newService(
    name: string,
    app: 'api-gateway' | 'message-relay',
    port: number,
    environment: NodeJS.ProcessEnv,
  ): Service {
    const file = name.replace(':', '-')
    const service = new Service({
      name,
      app,
      url: `http://localhost:${port}`,
      environment,
      logFile: this.options.run.logFile(file),
      pidFile: this.options.run.pidFile(file),
    })
    service.onUnexpectedEnd = (how) => this.options.onUnexpectedEnd?.(name, how, service.logFile)
    return service
  }

  /** All parts, in the order in which a person thinks of them. */
  parts(): StackPart[] {
    return [this.provider.postgres, this.provider.kafka, this.gateway, ...this.relayServices]
  }

  /** The parts that a name means: `relay` is all of them, `relay:2` the second. */
  partsNamed(name: string): StackPart[] {
    const found = this.parts().filter((part) => part.name === name || part.name.split(':')[0] === name)
    if (found.length > 0) return found
    const names = this.parts().map((part) => part.name)
    throw new StackRefusal(`no part ${name}; there are ${names.join(', ')}, and relay for all relays`)
  }

  /** Starts or ends relays until there are as many as asked for. */
  async scaleRelays(count: number): Promise<void> {
    while (this.relayServices.length > count) {
      const last = this.relayServices.at(-1)
      await last?.stop()
      this.relayServices.pop()
      if (last) releasePort(Number(new URL(last.url).port))
    }
    while (this.relayServices.length < count) {
      const relay = await this.newRelay()
      try {
        await relay.start()
      } catch (error) {
        this.relayServices.pop()
        throw error
      }
    }
  }

  /** A new empty database and new empty topics; the services that ran are started again. */
  async reset(): Promise<void> {
    const { postgres, kafka, name } = this.provider
    if (name === 'external') {
      throw new StackRefusal('the database and the topics are external: this stack does not delete them')
    }
    for (const server of [postgres, kafka]) {
      if (server.state !== 'running')
        throw new StackRefusal(`${server.name} is ${server.state}: a reset needs it`)
    }
    const services = [this.gateway, ...this.relayServices].filter(({ state }) => state !== 'stopped')
    await Promise.all(services.map((service) => service.stop()))
    await this.dropDatabase()
    await deleteTopics(kafka.brokers)
    await this.migrate()
    await this.createTopics()
    await Promise.all(services.map((service) => service.start()))
  }

  /** Removes what the stack made on servers that are not its own. */
  async removeTraces(): Promise<void> {
    await this.dropDatabase()
    await deleteTopics(this.provider.kafka.brokers, [this.eventsTopic, `${this.eventsTopic}.dlq`])
  }

  private async dropDatabase(): Promise<void> {
    const url = this.databaseUrl
    await withClient(withDatabase(url, 'postgres'), async (client) => {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(databaseOf(url))} WITH (FORCE)`)
    })
  }

  /** Signs new tokens: the old ones end after a day, and the stack may run longer. */
  renewTokens(): void {
    this.tokens = this.signTokens()
  }

  private signTokens(): LocalStack['tokens'] {
    return {
      developer: signToken(this.jwt, 'developer'),
      agent: signToken(this.jwt, 'agent', 'tasks:write'),
    }
  }

  /** What tools may know, as of now. */
  describe(): StackFile {
    const { postgres, kafka, name } = this.provider
    const relays = this.relayServices.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
    return {
      gateway_url: this.gateway.url,
      gateway_admin_url: this.gatewayAdminUrl,
      relay_url: this.relayServices[0]?.url ?? '',
      events_topic: this.eventsTopic,
      database_url: this.databaseUrl,
      kafka_brokers: kafka.brokers,
      token: this.token,
      agent_token: this.agentToken,
      jwt: this.jwt,
      provider: name,
      pids: {
        ...(postgres.pid === undefined ? {} : { postgres: postgres.pid }),
        ...(kafka.pid === undefined ? {} : { kafka: kafka.pid }),
        ...(this.gateway.pid === undefined ? {} : { gateway: this.gateway.pid }),
        relays,
      },
    }
  }

  get logFolder(): string {
    return join(this.options.run.path, 'logs')
  }

  /** Takes everything down: the services first, then what they depend on. Also in the middle of a start. */
  async close(): Promise<void> {
    this.closing = true
    await this.takeDown()
    await this.starting
    await this.takeDown()
  }

  private async takeDown(): Promise<void> {
    const gateway = this.gatewayService === undefined ? [] : [this.gatewayService]
    const services = [...gateway, ...this.relayServices]
    // A service that waits for a frozen server would use up all of its time to stop.
    const { postgres, kafka } = this.provider
    for (const part of [postgres, kafka, ...services]) if (part.state === 'frozen') await part.thaw()
    await Promise.all(services.map((service) => service.stop()))
    await this.provider.close()
  }
}
