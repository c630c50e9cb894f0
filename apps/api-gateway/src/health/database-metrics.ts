/** The metrics of the gateway's way to PostgreSQL: the use of its pool, and how often a transaction is tried again. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { DatabaseUse, PoolUse } from '../database/database-use'

/** Registers the metrics; `use` is asked at each scrape. */
export function databaseMetrics(registry: Registry, use: () => DatabaseUse): void {
  const registers = [registry]
  // Each collects for itself: the text of one is made before another could set it.
  const gauge = (name: string, help: string, figureOf: (pool: PoolUse) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const { pool } = use()
        if (pool) this.set(figureOf(pool))
      },
    })
  gauge(
    'api_gateway_database_pool_waiting_requests',
    'Those who wait for a connection.',
    ({ waiting }) => waiting,
  )
  gauge(
    'api_gateway_database_pool_max_connections',
    'How many connections the pool may have.',
    ({ max }) => max,
  )
  new Gauge({
    name: 'api_gateway_database_pool_connections',
    help: 'Connections of the pool, by what they do.',
    labelNames: ['state'],
    registers,
    collect() {
      const { pool } = use()
      if (!pool) return
      for (const state of ['used', 'idle', 'opening'] as const) this.set({ state }, pool[state])
    },
  })
  new Counter({
    name: 'api_gateway_transaction_retries_total',
    help: 'Transactions that were tried again, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(use().retries)) this.inc({ reason }, count)
    },
  })
}
