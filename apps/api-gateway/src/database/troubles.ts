/** Gives PostgreSQL's troubles their names: out of reach is one thing, a statement that waits for a lock another. */
import { knex } from 'knex'
import { DatabaseError } from 'pg'
import { ConnectionLostError, ConnectionRefusedError } from './faults'

export interface Trouble {
  /** For people, as the beginning of a sentence. */
  readonly what: string
  /** The page that says what to do. */
  readonly runbook: string
}

export const AWAY: Trouble = { what: 'PostgreSQL cannot be reached', runbook: 'gateway-errors' }
export const POOL_BUSY: Trouble = {
  what: 'No connection of the pool was free in time',
  runbook: 'gateway-slow',
}

/** By the beginning of the SQLSTATE. */
const REFUSED: readonly (readonly [RegExp, Trouble])[] = [
  // Connection exceptions, refused logins, no such database, a server that stops or starts.
  [/^(08|28|3D000|57P)/, AWAY],
  [
    /^(57014|55P03)$/,
    {
      what: 'PostgreSQL ended a statement that took, or waited for a lock, too long: probably another session holds the lock, or the disk is slow',
      runbook: 'gateway-errors',
    },
  ],
  [
    /^25P03$/,
    {
      what: 'PostgreSQL ended a transaction that this process left alone for too long',
      runbook: 'take-a-flame-graph',
    },
  ],
  [
    /^25006$/,
    { what: 'PostgreSQL takes no writes: it is a standby, or was made read-only', runbook: 'gateway-errors' },
  ],
  [/^53100$/, { what: 'PostgreSQL’s disk is full', runbook: 'disk-full' }],
  [/^53300$/, { what: 'PostgreSQL has no connection left for the gateway', runbook: 'gateway-errors' }],
  [
    /^(53|58)/,
    {
      what: 'PostgreSQL lacks memory or another resource, or cannot use its files',
      runbook: 'gateway-errors',
    },
  ],
]

/** What node-postgres says where there is neither an SQLSTATE nor a system error. */
const SILENCE = /^(Connection terminated|timeout expired|Query read timeout|the connection was closed)/

/** What stands behind `error`, or its causes; undefined when it is no trouble of PostgreSQL's. */
export function troubleOf(error: unknown): Trouble | undefined {
  const errors = withCauses(error)
  if (errors.some((each) => each instanceof knex.KnexTimeoutError)) return POOL_BUSY
  const refused = errors.find((each) => each instanceof DatabaseError)
  const known = refused && REFUSED.find(([states]) => states.test(refused.code ?? ''))?.[1]
  return known ?? (errors.some(isOutOfReach) ? AWAY : undefined)
}

function isOutOfReach(error: Error): boolean {
  if (error instanceof ConnectionRefusedError || error instanceof ConnectionLostError) return true
  return 'syscall' in error || SILENCE.test(error.message)
}

function withCauses(error: unknown): Error[] {
  return error instanceof Error ? [error, ...withCauses(error.cause)] : []
}
