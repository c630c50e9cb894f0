/** knex ships no types for its dialects: what the gateway's own dialect builds on. */
declare module 'knex/lib/dialects/postgres' {
  import { Knex } from 'knex'

  class PostgresDialect extends Knex.Client {
    acquireConnection(): Promise<unknown>
    _query(connection: unknown, query: unknown): Promise<unknown>
  }
  export = PostgresDialect
}
