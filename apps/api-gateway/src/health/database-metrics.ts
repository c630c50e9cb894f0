/** The metrics of the gateway's way to PostgreSQL: the use of its pool, and how often a transaction is tried again. */
import { poolMetrics } from '@infinite-scribe/service-kit'
import { Counter, type Registry } from 'prom-client'
import type { DatabaseUse } from '../database/database-use'

/** Registers the metrics; `use` is asked at each scrape. */
export function databaseMetrics(registry: Registry, use: () => DatabaseUse): void {
  poolMetrics(registry, 'api_gateway', () => use().pool)
  new Counter({
    name: 'api_gateway_transaction_retries_total',
    help: 'Transactions that were tried again, by reason.',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(use().retries)) this.inc({ reason }, count)
    },
  })
}
