/** knex's PostgreSQL dialect, made to tell a lost connection from a refused statement, and to throw the lost one away. */
import PostgresDialect from 'knex/lib/dialects/postgres'
import { DatabaseError } from 'pg'
import type { DatabaseWatch } from './database-watch'
import { ConnectionLostError, ConnectionRefusedError, isConnectionLoss, isLockTimeout } from './faults'

interface PooledConnection {
  __knex__disposed?: unknown
  end(): Promise<void>
}

/** What stands in knex's configuration for it; the clients of transactions share that. */
export interface WatchedConfig {
  readonly watch?: DatabaseWatch | undefined
}

export class LossyDialect extends PostgresDialect {
  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection()
    } catch (error) {
      const refused = new ConnectionRefusedError(error)
      this.watch?.failed('connection', refused)
      throw refused
    }
  }

  override async _query(connection: PooledConnection, query: unknown): Promise<unknown> {
    // Known to be dead since it was taken from the pool: nothing is sent.
    if (connection.__knex__disposed) throw new ConnectionRefusedError(connection.__knex__disposed)
    try {
      const answer = await super._query(connection, query)
      this.watch?.answered()
      return answer
    } catch (error) {
      // What PostgreSQL itself said has an SQLSTATE; everything else is a connection of unknown state: a
      // statement that ran out of time may still be answered, and its answer would be taken for the next one's.
      if (error instanceof DatabaseError) {
        // Its socket closes in a moment: nobody may be given it before that.
        if (isConnectionLoss(error)) connection.__knex__disposed = error
        // A lock_timeout is a patience of our own: who has none left decides what is next.
        if (!isLockTimeout(error)) this.watch?.failed('statement', error)
        throw error
      }
      connection.__knex__disposed = error
      void connection.end().catch(() => undefined)
      const lost = new ConnectionLostError(error)
      this.watch?.failed('statement', lost)
      throw lost
    }
  }

  private get watch(): DatabaseWatch | undefined {
    return (this.config as WatchedConfig).watch
  }
}
