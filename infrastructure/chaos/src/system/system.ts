/** The tormented system of one seed: a database and a topic of its own, three gateways, three relays, each by its own links. */
import {
  createTopics,
  deleteTopics,
  jwtEnvironment,
  jwtSettings,
  migrate,
  Service,
  signToken,
  type StackPart,
} from '@infinite-scribe/local-stack'
import { kafkaTap } from '../wire/kafka-tap'
import { Link, type Target } from '../wire/link'
import {
  meaningToGateway,
  meaningToRelay,
  postgresTap,
  type Meaning,
  type SqlStates,
} from '../wire/postgres-tap'
import { Steps } from '../wire/steps'
import { withClient, withDatabase } from './database'
import { Member, type EndReport } from './member'
import { servicePort } from './service-port'
import type { Servers } from './servers'

export const GATEWAYS = 3
export const RELAYS = 3

/** Few, so that they can all be taken. */
export const POOL = 5
/** Short, so that commands which nobody finishes time out, and SENT rows go, within a seed. */
const COMMAND_TIMEOUT_SECONDS = 8
export const RETENTION_HOURS = 0.01

export class System {
  readonly gateways: Member[] = []
  readonly relays: Member[] = []
  readonly topic: string
  private readonly jwt = jwtSettings({})
  private readonly database: string

  private constructor(
    readonly servers: Servers,
    name: string,
    private readonly report: EndReport,
  ) {
    this.database = name.replaceAll('-', '_')
    this.topic = name
  }

  /** Brings it up, ready to serve; a failure takes down what had come up. */
  static async start(servers: Servers, name: string, report: EndReport): Promise<System> {
    const system = new System(servers, name, report)
    try {
      await system.bringUp()
    } catch (error) {
      await system.close()
      throw error
    }
    return system
  }

  get databaseUrl(): string {
    return withDatabase(this.servers.provider.postgres.adminUrl, this.database)
  }

  get brokers(): string[] {
    return this.servers.provider.kafka.brokers.split(',')
  }

  get members(): Member[] {
    return [...this.gateways, ...this.relays]
  }

  get postgres(): StackPart {
    return this.servers.provider.postgres
  }

  get kafka(): StackPart {
    return this.servers.provider.kafka
  }

  token(user: string, scope?: string): string {
    return signToken(this.jwt, user, scope)
  }

  /** What the relay's command line and `topics --create` are run with. */
  operatorEnvironment(): NodeJS.ProcessEnv {
    return {
      ...bare(),
      SERVICE_TYPE: 'message-relay',
      DATABASE_URL: this.databaseUrl,
      KAFKA_BROKERS: this.brokers.join(','),
      EVENTS_TOPIC: this.topic,
    }
  }

  private async bringUp(): Promise<void> {
    const { adminUrl } = this.servers.provider.postgres
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${this.database}`))
    await migrate(this.databaseUrl)
    await createTopics(this.operatorEnvironment())
    for (let number = 1; number <= GATEWAYS; number++) this.gateways.push(await this.newGateway(number))
    for (let number = 1; number <= RELAYS; number++) this.relays.push(await this.newRelay(number))
    await Promise.all(this.members.map((member) => member.startReady()))
  }

  private async newGateway(number: number): Promise<Member> {
    const { postgres, steps, states } = await this.postgresLink(meaningToGateway)
    const port = await servicePort()
    return this.newMember(
      `gateway-${number}`,
      'api-gateway',
      port,
      { steps, states, postgres },
      {
        ...jwtEnvironment(this.jwt),
        SERVICE_TYPE: 'api-gateway',
        PORT: String(port),
        GATEWAY_ADMIN_PORT: String(await servicePort()),
        DATABASE_POOL_MAX: String(POOL),
        COMMAND_TIMEOUT_SECONDS: String(COMMAND_TIMEOUT_SECONDS),
        RATE_LIMIT_COMMANDS_PER_SECOND: '0',
      },
    )
  }

  private async newRelay(number: number): Promise<Member> {
    const { postgres, steps, states } = await this.postgresLink(meaningToRelay)
    const kafka: Link = new Link(
      () => this.brokerAddress(),
      kafkaTap(steps, () => kafka.port),
    )
    await kafka.listen()
    const port = await servicePort()
    return this.newMember(
      `relay-${number}`,
      'message-relay',
      port,
      { steps, states, postgres, kafka },
      {
        SERVICE_TYPE: 'message-relay',
        KAFKA_BROKERS: `${this.brokerAddress().host}:${kafka.port}`,
        RELAY_HTTP_PORT: String(port),
        RELAY_SENT_RETENTION_HOURS: String(RETENTION_HOURS),
      },
    )
  }

  private newMember(
    name: string,
    app: 'api-gateway' | 'message-relay',
    port: number,
    wires: { steps: Steps; states: SqlStates; postgres: Link; kafka?: Link },
    environment: NodeJS.ProcessEnv,
  ): Member {
    const { run } = this.servers
    const url = new URL(this.databaseUrl)
    url.port = String(wires.postgres.port)
    const service = new Service({
      name,
      app,
      url: `http://127.0.0.1:${port}`,
      environment: {
        ...bare(),
        DATABASE_URL: url.href,
        EVENTS_TOPIC: this.topic,
        ...environment,
      },
      logFile: run.logFile(`${this.topic}-${name}`),
      pidFile: run.pidFile(name),
    })
    const role = app === 'api-gateway' ? 'gateway' : 'relay'
    return new Member({ name, role, service, ...wires }, this.report)
  }

  private async postgresLink(meaningOf: (sql: string) => Meaning) {
    const steps = new Steps()
    const states: SqlStates = new Map()
    const postgres = new Link(
      () => addressOf(new URL(this.databaseUrl)),
      postgresTap(steps, states, meaningOf),
    )
    await postgres.listen()
    return { postgres, steps, states }
  }

  private brokerAddress(): Target {
    return addressOf(new URL(`kafka://${this.brokers[0] ?? ''}`))
  }

  /** Ends the processes; the database and the topic stay for as long as the servers do. */
  async close(): Promise<void> {
    for (const member of this.members) if (member.state === 'frozen') await member.thaw()
    await Promise.all(this.members.map((member) => member.stop()))
  }

  /** Frees what the seed took on the servers' disks. */
  async drop(): Promise<void> {
    const { adminUrl } = this.servers.provider.postgres
    await deleteTopics(this.brokers.join(','), [this.topic, `${this.topic}.dlq`])
    await withClient(adminUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${this.database} WITH (FORCE)`),
    )
  }
}

const addressOf = ({ hostname, port }: URL): Target => ({ host: hostname, port: Number(port) })

/** Every process starts from these: nothing of the caller's own settings reaches the system. */
const bare = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LOG_LEVEL: 'info' })
