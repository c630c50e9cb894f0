/** What this process measures of itself and of the requests it answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { factsOf } from '../http/request-facts'

/** The gateway's metrics, in a registry of their own. */
export class GatewayMetrics {
  readonly registry = new Registry()
  private readonly duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the last header of a request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  /** Measures a request when its response is closed. */
  observe(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => {
      const { route, startedAtMs, endless } = factsOf(response)
      if (endless) return
      const seconds = (performance.now() - startedAtMs) / 1000
      // Methods are as many as a client can think of; only those of a known route are labels.
      const method = route === 'unmatched' ? 'any' : (request.method ?? 'any')
      this.duration.observe({ method, route, status: response.statusCode }, seconds)
    })
  }
}
