/** What the tests of the stream share: event streams over a database of their own, readers, and writers as the gateway is one. */
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { createLogger } from '@infinite-scribe/service-kit'
import { createTestDatabase, eventually } from '@infinite-scribe/testing'
import { Pool, type ClientBase } from 'pg'
import { UnitOfWork } from '../commands/unit-of-work'
import { connectDatabase } from '../database/connect'
import { isRefusal, type Refusal } from '../outcome'
import type { OpenedStream, StreamRequest } from '../ports'
import { createServices, type Services } from '../services'
import { createEventStreams, type EventStreams, type EventStreamsParts } from './event-streams'

export interface ReadFrame {
  id?: string
  event?: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- parsed JSON
  data?: any
  retry?: string
  comment?: string
}

/** The frames in a text; what follows the last empty line is left out. */
export function parseFrames(text: string): ReadFrame[] {
  const blocks = text.split('\n\n').slice(0, -1)
  return blocks.map((block) => {
    const frame: ReadFrame = {}
    for (const line of block.split('\n')) {
      const [, name = '', value = ''] = /^([a-z]*): ?(.*)$/.exec(line) ?? []
      if (name === '') frame.comment = value
      else if (name === 'data') frame.data = JSON.parse(value)
      else frame[name as 'id'] = value
    }
    return frame
  })
}

/** A client of one stream. */
export class Reader {
  readonly out = new PassThrough()
  private text = ''

  constructor() {
    this.out.on('error', () => undefined)
  }

  /** Begins to read. */
  listen(): this {
    this.out.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk))
    return this
  }

  get frames(): ReadFrame[] {
    return parseFrames(this.text)
  }

  /** The events, without progress, comments and the opening. */
  get events(): ReadFrame[] {
    return this.frames.filter(({ event }) => event !== undefined && event !== 'task.progress')
  }

  get progress(): unknown[] {
    return this.frames.filter(({ event }) => event === 'task.progress').map(({ data }) => data as unknown)
  }

  /** What the next connection sends as Last-Event-ID. */
  get position(): string | undefined {
    return this.frames.findLast(({ id }) => id !== undefined)?.id
  }

  /** `session:version` of each event. */
  get shown(): string[] {
    return this.events.map(({ data }) => `${data.aggregate_id}:${data.aggregate_version}`)
  }

  cut(): void {
    this.out.destroy()
  }
}

export interface Replica extends EventStreams {
  /** Opens a stream that nobody reads from yet. */
  open(userId: string, request?: Partial<StreamRequest>): Promise<OpenedStream | Refusal>
  /** Opens a stream and reads it. */
  read(userId: string, request?: Partial<StreamRequest>): Promise<Reader>
}

export class StreamFixture {
  private readonly closing: (() => Promise<unknown>)[] = []
  readonly failures: unknown[] = []

  private constructor(
    readonly url: string,
    /** As the gateway logs in. */
    readonly gatewayUrl: string,
    readonly sql: Pool,
  ) {}

  static async open(): Promise<StreamFixture> {
    const database = await createTestDatabase()
    const sql = new Pool({ connectionString: database.url, max: 10 })
    sql.on('error', () => undefined)
    const fixture = new StreamFixture(database.url, database.gatewayUrl, sql)
    fixture.closing.push(
      () => database.drop(),
      async () => (sql.ended ? undefined : sql.end()),
    )
    return fixture
  }

  async close(): Promise<void> {
    for (const close of this.closing.reverse()) await close()
  }

  /** The streams of a process of its own. */
  replica(settings: EventStreamsParts['settings'] = {}, databaseUrl = this.gatewayUrl): Replica {
    const knex = connectDatabase({ databaseUrl, databasePoolMax: 4 }, () => undefined)
    const streams = createEventStreams({
      databaseUrl,
      unitOfWork: new UnitOfWork(knex),
      failed: (error) => this.failures.push(error),
      settings,
    })
    this.closing.push(
      () => knex.destroy(),
      () => streams.stop(),
    )
    const open: Replica['open'] = async (userId, request = {}) => {
      const seat = streams.streams.admit(userId)
      if (isRefusal(seat)) return seat
      const wanted = { expiresAtSeconds: Date.now() / 1000 + 3600, ...request }
      const opened = seat.accepts(wanted)
        ? await seat.open(wanted)
        : ({ refused: true, code: 'INVALID_LAST_EVENT_ID', message: 'not accepted' } as const)
      if (isRefusal(opened)) {
        seat.leave()
        return opened
      }
      return {
        ...opened,
        run: async (out) => {
          out.once('close', () => seat.leave())
          await opened.run(out)
        },
      }
    }
    return {
      ...streams,
      open,
      read: async (userId, request) => {
        const opened = await open(userId, request)
        if (isRefusal(opened)) throw new Error(`refused: ${opened.code}`)
        const reader = new Reader().listen()
        void opened.run(reader.out)
        return reader
      },
    }
  }

  /** All services of a gateway, to write with; their commits are signalled as the gateway's are. */
  writer(): Services {
    const settings = {
      databaseUrl: this.url,
      databasePoolMax: 4,
      eventsTopic: 'domain-events',
      eventMaxBytes: 900_000,
      commandTimeoutSeconds: 900,
    }
    const services = createServices({ settings, logger: createLogger('test', 'error') })
    this.closing.push(() => services.stop())
    return services
  }

  async newSession(userId: string): Promise<string> {
    const id = randomUUID()
    await this.sql.query('INSERT INTO genesis_sessions (id, user_id) VALUES ($1, $2)', [id, userId])
    return id
  }

  /** Appends an event as the gateway does: the session's row first, then the event. */
  async append(sessionId: string, db: ClientBase | Pool = this.sql, payload: object = {}): Promise<void> {
    await db.query(
      `WITH session AS (
         UPDATE genesis_sessions SET version = version + 1 WHERE id = $1 RETURNING user_id, version)
       INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id,
                                  aggregate_version, payload, metadata)
       SELECT gen_random_uuid(), gen_random_uuid(), 'Genesis.Session.FeedbackSubmitted', 'GENESIS_SESSION', $1::text,
              version, $2::jsonb, jsonb_build_object('user_id', user_id) FROM session`,
      [sessionId, JSON.stringify(payload)],
    )
  }

  /** The signal that follows the gateway's commits. */
  async wake(): Promise<void> {
    await this.sql.query(`SELECT pg_notify('event_outbox', '')`)
  }

  async appendAndWake(sessionId: string, payload?: object): Promise<void> {
    await this.append(sessionId, this.sql, payload)
    await this.wake()
  }

  /** A transaction of its own, left open. */
  async begin(databaseUrl = this.url): Promise<{ client: ClientBase; commit(): Promise<void> }> {
    const pool = new Pool({ connectionString: databaseUrl, max: 1 })
    pool.on('error', () => undefined)
    const client = await pool.connect()
    await client.query('BEGIN')
    let ended = false
    const end = async (): Promise<void> => {
      if (ended) return
      ended = true
      await client.query('COMMIT')
      client.release()
      await pool.end()
    }
    this.closing.push(end)
    return { client, commit: end }
  }

  /** Waits until the reader was shown exactly these, and asks for nothing more. */
  async expectShown(reader: Reader, sessionId: string, versions: number[]): Promise<void> {
    const wanted = versions.map((version) => `${sessionId}:${version}`)
    await eventually(() => reader.shown.length >= wanted.length)
    expect(reader.shown).toEqual(wanted)
  }
}
