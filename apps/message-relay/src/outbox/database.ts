/** Connections to PostgreSQL for the relay's statements, each of which is a transaction of its own. */
import type { PoolUse } from '@infinite-scribe/service-kit'
import { Pool, type QueryResultRow } from 'pg'

export interface DatabaseSettings {
  readonly url: string
  readonly applicationName: string
  readonly connections: number
  /** A statement that takes longer is given up, and its connection with it: a black-holed server never answers. */
  readonly queryTimeoutMs: number
}

/** One statement of the relay; named, so that PostgreSQL plans it once for each connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/**
 * The relay's fences rest on read committed, whatever the database's default is. And its statements are planned
 * once, maybe on an empty table: only the plan by (lane, seq) is good at every size, so the others are ruled out.
 */
const SESSION_OPTIONS = [
  'default_transaction_isolation=read\\ committed',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'jit=off',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** In which the answer to a statement that took too long arrives. */
const ANSWER_MS = 1000

export class Database {
  private readonly pool: Pool
  private used = 0

  constructor(settings: DatabaseSettings, onIdleError: (error: Error) => void) {
    this.pool = new Pool({
      connectionString: settings.url,
      application_name: settings.applicationName,
      max: settings.connections,
      connectionTimeoutMillis: 5000,
      // A server that is there ends the statement itself, and says so; one that is away never does.
      statement_timeout: settings.queryTimeoutMs,
      query_timeout: settings.queryTimeoutMs + ANSWER_MS,
      keepAlive: true,
      options: SESSION_OPTIONS,
    })
    // A connection that dies while idle is replaced at the next use.
    this.pool.on('error', onIdleError)
    this.pool.on('acquire', () => (this.used += 1))
    this.pool.on('release', () => (this.used -= 1))
  }

  /** The use of the pool at this moment. */
  get use(): PoolUse {
    const { used, pool } = this
    const { totalCount, idleCount: idle, waitingCount: waiting, options } = pool
    return { used, idle, opening: totalCount - idle - used, waiting, max: options.max }
  }

  /** Runs one statement. @throws what node-postgres throws */
  async run<Row extends QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ ...statement, values })
    return rows
  }

  /** Closes every connection once its statement is done. */
  async end(): Promise<void> {
    await this.pool.end()
  }
}
