/** A unit of work whose writing transactions are spans, from the first BEGIN to the answer to the last COMMIT. */
import { inSpan, type Tracing } from '@infinite-scribe/service-kit'
import type { Knex } from 'knex'
import { UnitOfWork, type Attempt, type RetryReason, type Transaction } from './unit-of-work'

const TRANSACTION = {
  name: 'transaction',
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql', 'db.transaction.isolation': 'repeatable read' },
} as const

export class TracedUnitOfWork extends UnitOfWork {
  constructor(
    private readonly tracing: Tracing,
    knex: Knex,
    retried: (reason: RetryReason) => void,
  ) {
    super(knex, Math.random, retried)
  }

  override write<T>(work: (tx: Transaction) => Promise<T>, sessionId?: string): Promise<T> {
    return this.counted(work, (each) => super.write(each, sessionId))
  }

  override writeAtOnce<T>(work: (attempt: Attempt) => Promise<T>, sessionId: string): Promise<T> {
    return this.counted(work, (each) => super.writeAtOnce(each, sessionId))
  }

  private counted<On, T>(
    work: (on: On) => Promise<T>,
    run: (each: (on: On) => Promise<T>) => Promise<T>,
  ): Promise<T> {
    return inSpan(this.tracing, TRANSACTION, (span) => {
      let attempts = 0
      return run((on) => {
        span.set({ 'db.transaction.attempts': ++attempts })
        return work(on)
      })
    })
  }
}
