/** One SQL statement with a name: node-postgres prepares it once for each connection. */
import type { Knex } from 'knex'

/** What runs statements: a transaction, or the pool itself for a statement on its own. */
export type Queryable = Pick<Knex, 'raw'>

export type Binding = string | number | boolean | null | readonly string[]

/**
 * A function that runs `sql` and returns its rows.
 * @param name unique in the gateway, at most 63 characters
 * @param sql `?` stands for a binding (`\\?` for the operator); every binding is cast, so that its type is known
 */
export function statement<Row = unknown>(
  name: string,
  sql: string,
): (db: Queryable, bindings: readonly Binding[]) => Promise<Row[]> {
  return async (db, bindings) => {
    const query = db.raw<{ rows: Row[] }>(sql, bindings as readonly (string | number)[])
    const { rows } = await (query as unknown as NamedQuery<Row>).options({ name })
    return rows
  }
}

// knex's types leave `options` out of raw queries; it hands its members to node-postgres.
interface NamedQuery<Row> {
  options(options: { name: string }): Promise<{ rows: Row[] }>
}

/** `db`, telling when a statement got its connection and is about to be sent. */
export function whenConnected(db: Queryable, connected: () => void): Queryable {
  const raw = (...given: Parameters<Queryable['raw']>) => db.raw(...given).on('start', connected)
  return { raw: raw as Queryable['raw'] }
}
