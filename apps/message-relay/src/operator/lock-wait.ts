/** Ends a statement that waits for somebody else's lock, and says whose. */
import { DatabaseError, type Client } from 'pg'

/**
 * The relay holds its locks for moments: what is held longer has a cause that an operator should know of. A statement that
 * is at work may take as long as it needs.
 */
const LOCK_TIMEOUT_MS = 8000
/** Once the wait is over PostgreSQL knows no more who caused it. */
const LOOK_EVERY_MS = 2000
const LOCK_NOT_AVAILABLE = '55P03'

interface Holder {
  readonly pid: number
  readonly usename: string | null
  /** Null where the role may not know. */
  readonly query_start: Date | null
}

/** A message for people; the cause is what was thrown. */
class LockWaitError extends Error {
  override readonly name = 'LockWaitError'
}

export class LockWait {
  private other: Promise<Client> | undefined

  /** @param connect makes a connection besides the one that waits */
  constructor(
    private readonly client: Client,
    private readonly pid: number,
    private readonly connect: () => Promise<Client>,
  ) {}

  /** @throws what the database throws */
  async bound(): Promise<void> {
    await this.client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`)
  }

  /** @throws what `statement` throws, and a message for people where that waited too long */
  async watch<T>(statement: () => Promise<T>): Promise<T> {
    let holders: readonly Holder[] = []
    const looking = setInterval(() => {
      void this.look().then(
        (seen) => (holders = seen),
        () => undefined,
      )
    }, LOOK_EVERY_MS)
    try {
      return await statement()
    } catch (error) {
      if (!(error instanceof DatabaseError) || error.code !== LOCK_NOT_AVAILABLE) throw error
      throw new LockWaitError(told(holders), { cause: error })
    } finally {
      clearInterval(looking)
    }
  }

  async end(): Promise<void> {
    await this.other?.then((other) => other.end()).catch(() => undefined)
  }

  private async look(): Promise<Holder[]> {
    this.other ??= this.connect()
    const { rows } = await (
      await this.other
    ).query<Holder>(
      `SELECT pid, usename, query_start FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids($1)) ORDER BY pid`,
      [this.pid],
    )
    return rows
  }
}

function told(holders: readonly Holder[]): string {
  const by = holders.map(
    ({ pid, usename, query_start: began }) =>
      `pid ${pid} (${usename ?? 'of no user'}${began === null ? '' : `, its last statement began ${began.toISOString()}`})`,
  )
  const whose = by.length === 0 ? '' : ` held by ${by.join(', ')}`
  return `a statement waited ${LOCK_TIMEOUT_MS / 1000} s for a lock${whose} and was given up; see the runbook relay-not-ready`
}
