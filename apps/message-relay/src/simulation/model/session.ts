/** How a statement of the model reaches its tables: at once, or by whatever a simulation puts in between. */
import type { Tables } from './tables'

export interface Session {
  read<T>(what: string, statement: () => T): Promise<T>
  /** A statement that writes is a transaction of its own; it gets its id. */
  write<T>(what: string, statement: (xid: number) => T): Promise<T>
}

/** Statements happen when they are asked for. */
export function directSession(tables: Tables): Session {
  return {
    read: (_, statement) => Promise.resolve(statement()),
    write: (_, statement) => {
      const xid = tables.begin()
      const result = statement(xid)
      tables.end(xid)
      return Promise.resolve(result)
    },
  }
}
