/** Asks PostgreSQL whether it answers. */
import { statement, type Queryable } from './database/statement'
import type { ReadinessPort } from './ports'

const select = statement('readiness', 'SELECT 1')

export class Readiness implements ReadinessPort {
  private asking: Promise<boolean> | undefined

  constructor(private readonly db: Queryable) {}

  /** Those who ask while a question is under way share its answer: probes must not drain the pool. */
  check(): Promise<boolean> {
    return (this.asking ??= select(this.db, [])
      .then(() => true)
      .catch(() => false)
      .finally(() => {
        this.asking = undefined
      }))
  }
}
