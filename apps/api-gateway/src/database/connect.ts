/** Opens the gateway's pool of connections to PostgreSQL, with a limit on every wait. */
import { knex, type Knex } from 'knex'
import type { Client } from 'pg'
import type { DatabaseWatch } from './database-watch'
import { LossyDialect, type WatchedConfig } from './lossy-dialect'

export interface DatabaseSettings {
  readonly databaseUrl: string
  readonly databasePoolMax: number
}

/** How long each wait may last, in milliseconds. */
export interface DatabaseTimeouts {
  /** For a new connection; under two seconds, so that an absent PostgreSQL is answered with 503 at once. */
  readonly connectMs: number
  /** For a free connection of the pool. */
  readonly acquireMs: number
  /** For a statement, by the server. Shorter than `queryMs`: while the server answers, the server decides. */
  readonly statementMs: number
  /** For the answer to a statement, by the client: the network is a black hole, or the server is frozen. */
  readonly queryMs: number
  /** For the next statement of a transaction: a frozen gateway's locks must not outlive a command's time-out. */
  readonly idleInTransactionMs: number
}

export const DATABASE_TIMEOUTS: DatabaseTimeouts = {
  connectMs: 1_400,
  acquireMs: 1_500,
  statementMs: 3_500,
  queryMs: 4_000,
  idleInTransactionMs: 2_000,
}

/** Where knex's own warnings go. */
export type WarningLog = (message: string) => void

/** knex's own lines for connections that it could not get, or that ended idle: the watch tells of who misses them. */
const LOST_CONNECTION = /^(Acquire connection|Connection) error:/i

/**
 * A knex whose connections are opened when needed; the caller destroys it. A statement on its own is a transaction at
 * REPEATABLE READ, as a command must be.
 * `watch` is told of every statement that was answered, and of every trouble.
 * A failed statement's text in an error never holds the values that were bound to it.
 */
export function connectDatabase(
  settings: DatabaseSettings,
  warn: WarningLog,
  timeouts: DatabaseTimeouts = DATABASE_TIMEOUTS,
  watch?: DatabaseWatch,
): Knex {
  const warnOfOthers = (message: string) => {
    if (!LOST_CONNECTION.test(message)) warn(message)
  }
  const config: Knex.Config & WatchedConfig = {
    watch,
    client: LossyDialect,
    compileSqlOnError: false,
    acquireConnectionTimeout: timeouts.acquireMs,
    pool: {
      min: 0,
      max: settings.databasePoolMax,
      destroyTimeoutMillis: 1_000,
      // Not by the options of the connection: those of DATABASE_URL would take their place.
      afterCreate: (connection: Client, done: (error: Error | null, connection: Client) => void) =>
        connection.query("SET default_transaction_isolation = 'repeatable read'", (error) =>
          done(error as Error | null, connection),
        ),
    },
    log: { warn: warnOfOthers, error: warn, deprecate: warn, debug: () => undefined },
    connection: {
      connectionString: settings.databaseUrl,
      application_name: 'api-gateway',
      keepAlive: true,
      connectionTimeoutMillis: timeouts.connectMs,
      query_timeout: timeouts.queryMs,
      statement_timeout: timeouts.statementMs,
      idle_in_transaction_session_timeout: timeouts.idleInTransactionMs,
    },
  }
  return knex(config)
}
