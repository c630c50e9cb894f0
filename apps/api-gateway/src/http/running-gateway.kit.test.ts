/* eslint-disable @typescript-eslint/no-explicit-any -- answers and log lines are what the tests look into */
/** What the HTTP tests share: a gateway in this process, over a database of its own, and ways to talk to it. */
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { text as readAll } from 'node:stream/consumers'
import { createLogger, type Tracing } from '@infinite-scribe/service-kit'
import {
  createTestDatabase,
  documentCheckOf,
  signTestToken,
  TEST_JWT_ENVIRONMENT,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { Client } from 'pg'
import { readGatewaySettings } from '../config'
import { startGateway, type Gateway, type GatewayServices } from '../gateway'
import { createServices } from '../services'
import { SERVER_LIMITS, type ServerLimits } from './server'

export interface Call {
  method?: string
  path: string
  /** A token; `null` sends none; ada's unless given. */
  token?: string | null
  /** An undefined one is left out. */
  headers?: Record<string, string | undefined>
  /** Sent as it is when a string or bytes, as JSON otherwise. */
  body?: unknown
}

export interface Reply {
  status: number
  headers: Headers
  text: string
  body: any
}

export interface RunningGateway extends Gateway {
  readonly url: string
  readonly database: TestDatabase
  readonly sql: Client
  /** The log, line by line. */
  readonly lines: Record<string, any>[]
  call(call: Call): Promise<Reply>
  /** Sends bytes and reads until the server closes. */
  raw(bytes: string | Buffer): Promise<string>
  openSession(sub?: string): Promise<string>
  send(sessionId: string, command_type: string, payload?: object, headers?: object): Promise<Reply>
  /** Changes when any row of any table does. */
  checksum(): Promise<string>
  close(): Promise<void>
}

export interface Overrides {
  environment?: Record<string, string>
  limits?: Partial<ServerLimits>
  /** Stands in for a service's method, to see how a fault of ours is answered. */
  services?: (real: GatewayServices) => Partial<GatewayServices>
  /** Where the gateway meets its database, when that is not the database itself. */
  databaseUrl?: (direct: string) => Promise<string>
  tracing?: Tracing
}

export const ada = signTestToken('ada')
export const agent = signTestToken('agent', { scope: 'tasks:write' })

/** A gateway that listens on ports of its own. */
export async function runGateway(overrides: Overrides = {}): Promise<RunningGateway> {
  const database = await createTestDatabase()
  const databaseUrl = (await overrides.databaseUrl?.(database.gatewayUrl)) ?? database.gatewayUrl
  const settings = readGatewaySettings({
    ...TEST_JWT_ENVIRONMENT,
    DATABASE_URL: databaseUrl,
    PORT: '0',
    GATEWAY_ADMIN_PORT: '0',
    RATE_LIMIT_COMMANDS_PER_SECOND: '0',
    ...overrides.environment,
  })
  const lines: Record<string, any>[] = []
  const logger = createLogger('api-gateway', 'info').clear()
  const keep = (info: object, _encoding: string, done: () => void) => {
    lines.push(JSON.parse(Reflect.get(info, Symbol.for('message')) as string))
    done()
  }
  logger.pipe(new Writable({ objectMode: true, write: keep }))
  const services = createServices({ settings, logger, tracing: overrides.tracing })
  const limits = { ...SERVER_LIMITS, ...overrides.limits }
  const offered = { ...services, ...overrides.services?.(services) }
  const gateway = await startGateway(settings, offered, logger, { limits, tracing: overrides.tracing })
  const url = `http://127.0.0.1:${gateway.port}`
  const sql = new Client({ connectionString: database.url })
  await sql.connect()
  let checksumQuery: ReturnType<typeof checksumOfAll> | undefined

  const call = async ({ method = 'GET', path, token = ada, headers = {}, body }: Call): Promise<Reply> => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const given = {
      authorization: token === null ? undefined : `Bearer ${token}`,
      'content-type': body === undefined ? undefined : 'application/json',
      ...headers,
    }
    const response = await fetch(url + path, {
      method,
      headers: Object.entries(given).filter((header): header is [string, string] => header[1] !== undefined),
      ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
    })
    const text = await response.text()
    const answer = { status: response.status, headers: response.headers, text }
    ;(await documentCheckOf(url)).check({ method, path, ...answer })
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: text.startsWith('{') ? JSON.parse(text) : undefined,
    }
  }

  return {
    ...gateway,
    url,
    database,
    sql,
    lines,
    call,
    raw: async (bytes) => {
      const socket = connect(gateway.port, '127.0.0.1')
      socket.write(bytes)
      return readAll(socket)
    },
    openSession: async (sub = 'ada') => {
      const { body } = await call({ method: 'POST', path: '/genesis/sessions', token: signTestToken(sub) })
      return body.session_id as string
    },
    send: (sessionId, command_type, payload, headers) =>
      call({
        method: 'POST',
        path: `/genesis/sessions/${sessionId}/commands`,
        body: { command_type, ...(payload && { payload }) },
        headers: { ...headers },
      }),
    checksum: async () =>
      JSON.stringify((await sql.query(await (checksumQuery ??= checksumOfAll(sql)))).rows),
    close: async () => {
      await gateway.stop()
      await services.stop()
      await sql.end()
      await database.drop()
    },
  }
}

/** A question about every row of every table there is, prepared once. */
async function checksumOfAll(sql: Client): Promise<{ name: string; text: string }> {
  const { rows: tables } = await sql.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
  )
  const sums = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, count(*) AS n, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM ${name} t`,
  )
  return { name: 'checksum', text: sums.join(' UNION ALL ') }
}

/** The head and the JSON body of a raw answer. */
export function parseRaw(answer: string): { status: number; head: string; body: any } {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    head,
    body: body ? JSON.parse(body) : undefined,
  }
}
