/** A gate for each session, for the replicas that clash on it: whoever lost once waits in line and then goes alone. */
import type { Knex } from 'knex'
import { isOutOfTime } from '../database/faults'
import { ServiceFault } from '../outcome'

/** A connection of the pool, taken out of it for several statements. */
export type HeldConnection = object

interface ConnectionPool {
  acquireConnection(): Promise<HeldConnection & { __knex__disposed?: unknown }>
  releaseConnection(connection: HeldConnection): Promise<void>
}

/**
 * Whether the gate of a session is open, as an SQL expression over the session's id. A transaction that finds it
 * open keeps it from closing until it ends; one that finds it closed, or somebody in line, must not go on.
 * try: at REPEATABLE READ a lock that was waited for inside the transaction comes with a snapshot from before the wait.
 */
export const GATE_IS_OPEN = (id: string) =>
  `pg_try_advisory_xact_lock_shared(hashtextextended(${id}::text, 0))`

/** Thrown when the gate was closed: to be tried again, in line. */
export class GateClosedError extends Error {
  override readonly name = 'GateClosedError'
  constructor() {
    super('another replica is writing to the session')
  }
}

// The lock is the connection's, not a transaction's, so that it can be waited for before a snapshot is taken. A
// process that freezes with it while no transaction is open would keep it for ever: the server ends such a session.
const CLOSE = `SELECT set_config('idle_session_timeout', ?, false), pg_advisory_lock(hashtextextended(?::text, 0))`
const OPEN = `SELECT pg_advisory_unlock_all(),
       set_config('idle_session_timeout',
                  (SELECT reset_val FROM pg_settings WHERE name = 'idle_session_timeout'), false)`

const FROZEN_AFTER_MS = 2_000

/**
 * Waits in line, across all replicas, until the session's gate can be closed behind us; runs `work` on the
 * connection that closed it, and opens it again.
 * @throws what `work` throws.
 * @throws {ServiceFault} CONCURRENCY_CONFLICT when the wait was too long; `work` did not run.
 */
export async function behindGate<T>(
  knex: Knex,
  sessionId: string,
  work: (connection: HeldConnection) => Promise<T>,
): Promise<T> {
  const pool = knex.client as ConnectionPool
  const connection = await pool.acquireConnection()
  try {
    await knex
      .raw(CLOSE, [String(FROZEN_AFTER_MS), sessionId.toLowerCase()])
      .connection(connection)
      .catch(tooLong)
    return await work(connection)
  } finally {
    try {
      await knex.raw(OPEN).connection(connection)
    } catch (error) {
      // Without its connection the lock is gone too.
      connection.__knex__disposed = error
    }
    await pool.releaseConnection(connection)
  }
}

// The server answers: it is the others in line that took the time.
function tooLong(error: unknown): never {
  if (!isOutOfTime(error)) throw error
  throw new ServiceFault('CONCURRENCY_CONFLICT', 'The session was busy for too long', { cause: error })
}
