/** knex's PostgreSQL dialect, made to tell a lost connection from a refused statement, and to throw the lost one away. */
import PostgresDialect from 'knex/lib/dialects/postgres'
import { DatabaseError } from 'pg'
import { ConnectionLostError, ConnectionRefusedError, isConnectionLoss } from './faults'

interface PooledConnection {
  __knex__disposed?: unknown
  end(): Promise<void>
}

export class LossyDialect extends PostgresDialect {
  override async acquireConnection(): Promise<unknown> {
    try {
      return await super.acquireConnection()
    } catch (error) {
      throw new ConnectionRefusedError(error)
    }
  }

  override async _query(connection: PooledConnection, query: unknown): Promise<unknown> {
    // Known to be dead since it was taken from the pool: nothing is sent.
    if (connection.__knex__disposed) throw new ConnectionRefusedError(connection.__knex__disposed)
    try {
      return await super._query(connection, query)
    } catch (error) {
      // What PostgreSQL itself said has an SQLSTATE; everything else is a connection of unknown state: a
      // statement that ran out of time may still be answered, and its answer would be taken for the next one's.
      if (error instanceof DatabaseError) {
        // Its socket closes in a moment: nobody may be given it before that.
        if (isConnectionLoss(error)) connection.__knex__disposed = error
        throw error
      }
      connection.__knex__disposed = error
      void connection.end().catch(() => undefined)
      throw new ConnectionLostError(error)
    }
  }
}
