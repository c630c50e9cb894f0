/** Both services as processes, on a database and a topic of their own. */
import { createTestDatabase, type TestDatabase } from './database'
import { documentCheckOf } from './document-check'
import { createTestTopic, testBrokers } from './kafka'
import { freePort, startService, type ServiceProcess } from './service-process'
import { signTestToken, TEST_JWT_ENVIRONMENT } from './tokens'

export interface RunningGateway {
  readonly url: string
  readonly adminUrl: string
  readonly process: ServiceProcess
}

export interface RunningSystem {
  readonly database: TestDatabase
  readonly topic: string
  readonly gateways: RunningGateway[]
  readonly relays: { url: string; process: ServiceProcess }[]
  startGateway(overrides?: Record<string, string>): Promise<RunningGateway>
  startRelay(overrides?: Record<string, string>): Promise<{ url: string; process: ServiceProcess }>
  /** Stops what still runs and removes the database. */
  close(): Promise<void>
}

/** Starts as many gateways and relays as asked for, ready to serve. */
export async function startSystem({
  gateways = 1,
  relays = 1,
  gateway = {},
  relay = {},
}: {
  gateways?: number
  relays?: number
  gateway?: Record<string, string>
  relay?: Record<string, string>
} = {}): Promise<RunningSystem> {
  const [database, topic] = await Promise.all([createTestDatabase(), createTestTopic()])
  const shared = { EVENTS_TOPIC: topic, LOG_LEVEL: 'warn' }

  const system: RunningSystem = {
    database,
    topic,
    gateways: [],
    relays: [],
    async startGateway(overrides = {}) {
      const port = overrides.PORT ?? gateway.PORT ?? (await freePort())
      const adminPort = await freePort()
      const url = `http://127.0.0.1:${port}`
      const environment = {
        ...shared,
        DATABASE_URL: database.gatewayUrl,
        ...TEST_JWT_ENVIRONMENT,
        PORT: String(port),
        GATEWAY_ADMIN_PORT: String(adminPort),
        RATE_LIMIT_COMMANDS_PER_SECOND: '0',
        ...gateway,
        ...overrides,
      }
      const started = {
        url,
        adminUrl: `http://127.0.0.1:${adminPort}`,
        process: await startService('api-gateway', environment, `${url}/health/ready`),
      }
      system.gateways.push(started)
      return started
    },
    async startRelay(overrides = {}) {
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const environment = {
        ...shared,
        DATABASE_URL: database.relayUrl,
        SERVICE_TYPE: 'message-relay',
        KAFKA_BROKERS: testBrokers().join(','),
        RELAY_HTTP_PORT: String(port),
        ...relay,
        ...overrides,
      }
      const started = {
        url,
        process: await startService('message-relay', environment, `${url}/health/ready`),
      }
      system.relays.push(started)
      return started
    },
    async close() {
      const running = [...system.gateways, ...system.relays].filter(
        ({ process }) => process.child.exitCode === null,
      )
      await Promise.all(running.map(({ process }) => process.stop('SIGKILL')))
      await database.drop()
    },
  }

  try {
    await Promise.all([
      ...Array.from({ length: gateways }, () => system.startGateway()),
      ...Array.from({ length: relays }, () => system.startRelay()),
    ])
    return system
  } catch (error) {
    await system.close()
    throw error
  }
}

export interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** A user of the HTTP interface: every call is signed, every answer is parsed and held to the OpenAPI document. */
export class ApiUser {
  private readonly token: string
  constructor(
    readonly url: string,
    sub: string,
    claims: object = {},
  ) {
    this.token = signTestToken(sub, claims)
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const { status, headers: answered } = response
    const check = await documentCheckOf(this.url)
    check.check({ method, path, status, headers: answered, text })
    return {
      status: response.status,
      headers: response.headers,
      body: text ? (JSON.parse(text) as Answer['body']) : {},
    }
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path)
  }

  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.call('POST', path, body, headers)
  }

  async openSession(): Promise<string> {
    const { status, body } = await this.post('/genesis/sessions')
    if (status !== 201) throw new Error(`opening a session answered ${status}: ${JSON.stringify(body)}`)
    return body.session_id as string
  }

  command(
    sessionId: string,
    commandType: string,
    payload?: object,
    headers?: Record<string, string>,
  ): Promise<Answer> {
    return this.post(
      `/genesis/sessions/${sessionId}/commands`,
      { command_type: commandType, ...(payload ? { payload } : {}) },
      headers,
    )
  }
}
