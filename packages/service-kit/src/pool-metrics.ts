/** The metrics of a service's pool of connections to PostgreSQL. */
import { Gauge, type Registry } from 'prom-client'

/** The use of the pool at one moment. */
export interface PoolUse {
  readonly used: number
  readonly idle: number
  /** Connections that are being opened. */
  readonly opening: number
  /** Those who wait for a connection. */
  readonly waiting: number
  readonly max: number
}

/**
 * Registers the metrics.
 * @param service how their names begin
 * @param use is asked at each scrape; undefined once the pool is gone
 */
export function poolMetrics(registry: Registry, service: string, use: () => PoolUse | undefined): void {
  const registers = [registry]
  // Each collects for itself: the text of one is made before another could set it.
  const gauge = (name: string, help: string, figureOf: (pool: PoolUse) => number) =>
    new Gauge({
      name: `${service}_database_pool_${name}`,
      help,
      registers,
      collect() {
        const pool = use()
        if (pool) this.set(figureOf(pool))
      },
    })
  gauge('waiting_requests', 'Those who wait for a connection.', ({ waiting }) => waiting)
  gauge('max_connections', 'How many connections the pool may have.', ({ max }) => max)
  new Gauge({
    name: `${service}_database_pool_connections`,
    help: 'Connections of the pool, by what they do.',
    labelNames: ['state'],
    registers,
    collect() {
      const pool = use()
      if (!pool) return
      for (const state of ['used', 'idle', 'opening'] as const) this.set({ state }, pool[state])
    },
  })
}
