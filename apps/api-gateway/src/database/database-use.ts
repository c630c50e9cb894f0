/** What the gateway's metrics ask of the database's side. */
import type { PoolUse } from '@infinite-scribe/service-kit'
import type { Knex } from 'knex'

export interface DatabaseUse {
  readonly pool: PoolUse | undefined
  /** How often a transaction was tried again since the start, by reason. */
  readonly retries: Readonly<Record<string, number>>
}

interface TarnPool {
  readonly max: number
  numUsed(): number
  numFree(): number
  numPendingCreates(): number
  numPendingAcquires(): number
}

/** The use of `knex`'s pool at this moment; undefined once it was destroyed. */
export function poolUse(knex: Knex): PoolUse | undefined {
  const { pool } = knex.client as { pool?: TarnPool }
  return (
    pool && {
      used: pool.numUsed(),
      idle: pool.numFree(),
      opening: pool.numPendingCreates(),
      waiting: pool.numPendingAcquires(),
      max: pool.max,
    }
  )
}
