/** Runs work at REPEATABLE READ, again after a clash, and tells what became of it when it fails. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Knex } from 'knex'
import { isConnectionLoss, isReadOnlyServer, isUnavailability, isWriteConflict } from '../database/faults'
import type { Queryable } from '../database/statement'
import { AWAY, troubleOf } from '../database/troubles'
import { isRefusal, ServiceFault, type Refusal } from '../outcome'
import { behindGate, GateClosedError, type HeldConnection } from './session-gate'

export type Transaction = Queryable

const MAX_ATTEMPTS = 10
const FIRST_BACKOFF_MS = 5
const LAST_BACKOFF_MS = 200

/** Carries a refusal out of a transaction, which is rolled back: what refuses leaves nothing behind. */
class RolledBack extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.code)
  }
}

/** Why a transaction is tried again: it clashed with another, or found another's writes under way. */
export type RetryReason = 'write_conflict' | 'gate_closed'

/** Thrown when a session is no longer what was decided on: to be tried again, in line. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError'
  constructor() {
    super('another writer of the session was first')
  }
}

/** Where work runs that is no transaction: each of its statements is one, at REPEATABLE READ like the others. */
export interface Attempt {
  readonly db: Queryable
  /** Whether the session's gate is closed behind this connection: no other replica writes to the session. */
  readonly inLine: boolean
}

export class UnitOfWork {
  /** @param retried is told before each further try */
  constructor(
    private readonly knex: Knex,
    private readonly random: () => number = Math.random,
    private readonly retried: (reason: RetryReason) => void = () => undefined,
  ) {}

  /**
   * What `work` returns, once its writes are committed; a refusal rolls them back. `work` may run several times
   * and must not catch an error of a statement: PostgreSQL would turn the COMMIT into a ROLLBACK and say nothing.
   * @param sessionId the session it writes to, if any: after a clash it stands in line with the other replicas
   * @throws {ServiceFault} CONCURRENCY_CONFLICT after ten clashes with other transactions; SERVICE_UNAVAILABLE when
   *   PostgreSQL cannot be reached or was lost before the COMMIT was sent; OUTCOME_UNKNOWN when it was lost after.
   */
  async write<T>(work: (tx: Transaction) => Promise<T>, sessionId?: string): Promise<T> {
    try {
      return await this.untilNoClash(sessionId, (connection) => this.transaction(work, connection))
    } catch (error) {
      if (error instanceof RolledBack) return error.refusal as T
      throw error
    }
  }

  /**
   * What `work` returns, whose last statement writes, and is a transaction of its own: see {@link committing}.
   * @throws {ServiceFault} as {@link UnitOfWork.write} does.
   */
  async writeAtOnce<T>(work: (attempt: Attempt) => Promise<T>, sessionId: string): Promise<T> {
    return this.untilNoClash(sessionId, (connection) =>
      work(
        connection ? { db: this.onConnection(connection), inLine: true } : { db: this.knex, inLine: false },
      ),
    )
  }

  /**
   * What `work` reads, from one snapshot; it may not write.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when PostgreSQL cannot be reached or was lost.
   */
  async read<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.knex.transaction(work, { isolationLevel: 'repeatable read', readOnly: true })
    } catch (error) {
      throw isUnavailability(error) ? unavailable(error) : error
    }
  }

  /**
   * What one statement on its own reads.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when PostgreSQL cannot be reached or was lost.
   */
  async readOne<T>(work: (db: Queryable) => Promise<T>): Promise<T> {
    try {
      return await work(this.knex)
    } catch (error) {
      throw isUnavailability(error) ? unavailable(error) : error
    }
  }

  private async untilNoClash<T>(
    sessionId: string | undefined,
    run: (connection?: HeldConnection) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (attempt === 1 || sessionId === undefined) return await run()
        return await behindGate(this.knex, sessionId, run)
      } catch (error) {
        // Not so in a read: there it is our own mode that a write of ours would break.
        if (isUnavailability(error) || isReadOnlyServer(error)) throw unavailable(error)
        if (!isClash(error)) throw error
        if (attempt === MAX_ATTEMPTS)
          throw new ServiceFault('CONCURRENCY_CONFLICT', 'Too many others were writing at the same time', {
            cause: error,
          })
        this.retried(error instanceof GateClosedError ? 'gate_closed' : 'write_conflict')
        await delay(this.backoffMs(attempt))
      }
    }
  }

  // The callback form of knex alone reports a COMMIT that failed (knex#3370).
  private async transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    connection?: HeldConnection,
  ): Promise<T> {
    let commitSent = false
    const transaction = this.knex.transaction(
      async (tx) => {
        const result = await work(tx)
        if (isRefusal(result)) throw new RolledBack(result)
        commitSent = true
        return result
      },
      { isolationLevel: 'repeatable read', ...(connection ? { connection } : {}) },
    )
    return transaction.catch((error: unknown) => {
      throw commitSent ? afterCommitWasSent(error) : error
    })
  }

  private onConnection(connection: HeldConnection): Queryable {
    const raw = (sql: string, bindings: readonly unknown[]) =>
      this.knex.raw(sql, bindings as string[]).connection(connection)
    return { raw: raw as unknown as Queryable['raw'] }
  }

  // Full jitter: those who clashed must not meet again.
  private backoffMs(attempt: number): number {
    return this.random() * Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
  }
}

/**
 * The answer to a statement that is a whole transaction: sending it is sending its COMMIT.
 * @throws {ServiceFault} OUTCOME_UNKNOWN when the connection was lost, or nobody answered in time, after it was sent.
 */
export async function committing<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    throw afterCommitWasSent(error)
  }
}

function afterCommitWasSent(error: unknown): unknown {
  if (!isConnectionLoss(error)) return error
  return new ServiceFault('OUTCOME_UNKNOWN', 'The connection was lost while committing', { cause: error })
}

function isClash(error: unknown): boolean {
  return isWriteConflict(error) || error instanceof GateClosedError || error instanceof OvertakenError
}

function unavailable(cause: unknown): ServiceFault {
  return new ServiceFault('SERVICE_UNAVAILABLE', (troubleOf(cause) ?? AWAY).what, { cause })
}
