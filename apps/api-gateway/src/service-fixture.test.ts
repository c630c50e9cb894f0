/** What the tests of the services share: a database, the services on it, and short ways to use them. */
import { randomUUID } from 'node:crypto'
import { createLogger } from '@infinite-scribe/service-kit'
import type {
  AsyncTaskRow,
  CommandInboxRow,
  DomainEventRow,
  EventOutboxRow,
  GenesisSessionRow,
  JsonObject,
} from '@infinite-scribe/shared-types'
import { createTestDatabase } from '@infinite-scribe/testing'
import { Pool } from 'pg'
import { isRefusal, type Refusal } from './outcome'
import type { Caller, CommandAnswer, RequestContext, TaskView } from './ports'
import { createServices, type Services, type ServiceParts, type ServiceSettings } from './services'

export const TOPIC = 'events-of-the-test'

export interface Fixture {
  readonly url: string
  readonly sql: Pool
  readonly services: Services
  /** Further services on the same database, as another replica would have them. */
  replica(parts?: Partial<ServiceParts>, settings?: Partial<ServiceSettings>): Services
  rows: {
    session(id: string): Promise<GenesisSessionRow>
    inbox(sessionId: string): Promise<CommandInboxRow[]>
    tasks(sessionId: string): Promise<AsyncTaskRow[]>
    events(sessionId: string): Promise<DomainEventRow[]>
    outbox(sessionId: string): Promise<EventOutboxRow[]>
  }
  close(): Promise<void>
}

/** A fixture for one test file. */
export async function openFixture(settings: Partial<ServiceSettings> = {}): Promise<Fixture> {
  const database = await createTestDatabase()
  const sql = new Pool({ connectionString: database.url, max: 4 })
  const opened: Services[] = []
  const replica: Fixture['replica'] = (parts = {}, others = {}) => {
    const services = createServices({
      settings: {
        databaseUrl: database.gatewayUrl,
        databasePoolMax: 5,
        eventsTopic: TOPIC,
        eventMaxBytes: 900_000,
        commandTimeoutSeconds: 900,
        ...settings,
        ...others,
      },
      logger: createLogger('test', 'error'),
      ...parts,
    })
    opened.push(services)
    return services
  }
  const all =
    <Row extends object>(query: string) =>
    async (id: string): Promise<Row[]> =>
      (await sql.query<Row>(query, [id])).rows
  return {
    url: database.url,
    sql,
    services: replica(),
    replica,
    rows: {
      session: async (id) =>
        (await sql.query<GenesisSessionRow>('SELECT * FROM genesis_sessions WHERE id = $1', [id])).rows[0]!,
      inbox: all('SELECT * FROM command_inbox WHERE session_id = $1 ORDER BY created_at'),
      tasks: all('SELECT * FROM async_tasks WHERE session_id = $1 ORDER BY created_at'),
      events: all('SELECT * FROM domain_events WHERE aggregate_id = $1 ORDER BY id'),
      outbox: all('SELECT * FROM event_outbox WHERE key = $1 ORDER BY seq'),
    },
    close: async () => {
      await Promise.all(opened.map((services) => services.stop()))
      // Its last connections may still be ending when the database is dropped by force.
      sql.on('error', () => undefined)
      await sql.end()
      await database.drop()
    },
  }
}

export function caller(sub: string, ...scopes: string[]): Caller {
  return { sub, scopes: new Set(scopes) }
}

export function by(sub: string, ...scopes: string[]): RequestContext {
  return { caller: caller(sub, ...scopes), requestId: `request-${randomUUID()}` }
}

export const AGENT = by('agent', 'tasks:write')

/** A new session of `owner`; its id. */
export async function openSession(services: Services, owner = 'owner'): Promise<string> {
  const opened = await services.sessions.open(by(owner))
  if (isRefusal(opened)) throw new Error(opened.code)
  return opened.session_id
}

/** Sends a command as `owner`. */
export function send(
  services: Services,
  sessionId: string,
  commandType: string,
  payload: JsonObject = {},
  extra: { owner?: string; idempotencyKey?: string; traceparent?: string } = {},
): Promise<CommandAnswer | Refusal> {
  const { owner = 'owner', ...rest } = extra
  return services.commands.processCommand({ ...by(owner), sessionId, commandType, payload, ...rest })
}

/** The answer, where it must not be a refusal. */
export function granted<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${answer.code} ${answer.message}`)
  return answer
}

/** Sends RequestConceptGeneration and returns the ids of the command and its task. */
export async function requestConcepts(
  services: Services,
  sessionId: string,
  payload: JsonObject = {},
): Promise<{ commandId: string; taskId: string }> {
  const { commandId, taskId } = granted(await send(services, sessionId, 'RequestConceptGeneration', payload))
  return { commandId, taskId: taskId! }
}

/** Confirms stages until the session is at the last but `left`. */
export async function confirmUntil(services: Services, sessionId: string, stage: string): Promise<void> {
  for (;;) {
    const state = granted(await services.sessions.state(caller('owner'), sessionId))
    if (state.current_stage === stage) return
    granted(await send(services, sessionId, 'ConfirmStage'))
  }
}

/** Fails unless the events are one chain: no gap, no fork, each caused by the one before it. */
export function expectOneChain(events: DomainEventRow[]): void {
  expect(events.map((event) => event.aggregate_version)).toEqual(events.map((_, index) => index + 1))
  expect(events.map((event) => event.causation_id)).toEqual([
    null,
    ...events.slice(0, -1).map((event) => event.event_id),
  ])
}

/** Everything that a refused or failed request must leave as it was. */
export async function snapshotOf(sql: Pool): Promise<unknown> {
  const tables = ['genesis_sessions', 'command_inbox', 'async_tasks', 'domain_events', 'event_outbox']
  return Promise.all(
    tables.map(
      async (table) => (await sql.query(`SELECT * FROM ${table} AS t ORDER BY t.id`)).rows as unknown[],
    ),
  )
}

export type { TaskView }
