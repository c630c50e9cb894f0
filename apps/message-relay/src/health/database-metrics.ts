/** The metrics of the relay's way to PostgreSQL: the use of its pool. */
import { Gauge, type Registry } from 'prom-client'
import type { PoolUse } from '../outbox/database'

/** Registers the metrics; `use` is asked at each scrape. */
export function databaseMetrics(registry: Registry, use: () => PoolUse): void {
  const registers = [registry]
  // Each collects for itself: the text of one is made before another could set it.
  const gauge = (name: string, help: string, figureOf: (pool: PoolUse) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(figureOf(use()))
      },
    })
  gauge(
    'message_relay_database_pool_waiting_requests',
    'Statements that wait for a connection.',
    ({ waiting }) => waiting,
  )
  gauge(
    'message_relay_database_pool_max_connections',
    'How many connections the pool may have.',
    ({ max }) => max,
  )
  new Gauge({
    name: 'message_relay_database_pool_connections',
    help: 'Connections of the pool, by what they do.',
    labelNames: ['state'],
    registers,
    collect() {
      const pool = use()
      for (const state of ['used', 'idle', 'opening'] as const) this.set({ state }, pool[state])
    },
  })
}
