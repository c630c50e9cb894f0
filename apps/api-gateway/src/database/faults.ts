/** Reads what went wrong with PostgreSQL: a clash to retry, a server out of reach, an outcome that nobody knows. */
import { DatabaseError } from 'pg'

/** No connection was to be had: PostgreSQL is away, out of connections, or the pool is. Nothing was sent. */
export class ConnectionRefusedError extends Error {
  override readonly name = 'ConnectionRefusedError'
  constructor(cause: unknown) {
    super(`no connection to PostgreSQL: ${messageOf(cause)}`, { cause })
  }
}

/** The connection died, or ran out of time, under a statement. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
  constructor(cause: unknown) {
    super(`the connection to PostgreSQL was lost: ${messageOf(cause)}`, { cause })
  }
}

const AGGREGATE_VERSION_CONSTRAINT = 'domain_events_aggregate_version_unique'

/** Whether another transaction was first, so that the whole transaction is worth another try. */
export function isWriteConflict(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false
  return (
    error.code === '40001' || error.code === '40P01' || isUniqueViolation(error, AGGREGATE_VERSION_CONSTRAINT)
  )
}

/** Whether a row clashed with another on one of these unique constraints or indexes. */
export function isUniqueViolation(error: unknown, ...constraints: string[]): boolean {
  return (
    error instanceof DatabaseError &&
    error.code === '23505' &&
    error.constraint !== undefined &&
    constraints.includes(error.constraint)
  )
}

/** Whether the connection went away under the statement, so that its fate is unknown if it was a COMMIT. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ConnectionLostError) return true
  // 08: connection exception. 57P01 to 57P05: the server ended the session.
  return error instanceof DatabaseError && /^(08|57P)/.test(error.code ?? '')
}

/** Whether the server ended a statement that took, or waited for a lock, too long. */
export function isOutOfTime(error: unknown): boolean {
  return isLockTimeout(error) || (error instanceof DatabaseError && error.code === '57014')
}

/** Whether the server ended a statement that waited for a lock longer than its lock_timeout. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '55P03'
}

/**
 * Whether PostgreSQL could not serve us now: away, starting, out of connections, locks or memory (53), a
 * statement or a lock wait out of time, the session ended while it sat idle (25P03, 57P).
 */
export function isUnavailability(error: unknown): boolean {
  if (error instanceof ConnectionRefusedError || isConnectionLoss(error)) return true
  if (isOutOfTime(error)) return true
  return error instanceof DatabaseError && /^(53|58|25P03$)/.test(error.code ?? '')
}

/** Whether the server takes no writes: after a failover the connection may be to the old primary. */
export function isReadOnlyServer(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '25006'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
