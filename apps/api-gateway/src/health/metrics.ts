/** What this process measures of itself and of the requests it answers. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { factsOf } from '../http/request-facts'
import type { CommandPort } from '../ports'
import type { Services } from '../services'
import { measuredCommands } from './command-metrics'
import { databaseMetrics } from './database-metrics'
import { DURATION_BUCKETS_SECONDS } from './duration-buckets'
import { refusalMetrics } from './refusal-metrics'
import { timeOutMetrics } from './time-out-metrics'

/** What of the services is asked at each scrape. */
export type MeasuredAtScrape = 'databaseUse' | 'commandsTimedOut'

/** The gateway's metrics, in a registry of their own. */
export class GatewayMetrics {
  readonly registry = new Registry()
  private readonly duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the last header of a request to the last byte of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [this.registry],
  })
  private readonly countRefusal = refusalMetrics(this.registry)

  constructor(services: Pick<Services, MeasuredAtScrape>) {
    collectDefaultMetrics({ register: this.registry })
    databaseMetrics(this.registry, () => services.databaseUse())
    timeOutMetrics(this.registry, () => services.commandsTimedOut())
    // An alert asks whether agents complete anything: a series that begins with their first answer shows no increase.
    this.duration.zero({ method: 'POST', route: '/tasks/{task_id}/complete', status: 200 })
  }

  /** `commands`, measured; to be asked for once. */
  measured(commands: CommandPort): CommandPort {
    return measuredCommands(this.registry, commands)
  }

  /** Measures a request when its response is closed. */
  observe(request: IncomingMessage, response: ServerResponse): void {
    response.once('close', () => {
      const facts = factsOf(response)
      const { route, startedAtMs, endless } = facts
      if (endless) return
      this.countRefusal(facts)
      const seconds = (performance.now() - startedAtMs) / 1000
      // Methods are as many as a client can think of; only those of a known route are labels.
      const method = route === 'unmatched' ? 'any' : (request.method ?? 'any')
      this.duration.observe({ method, route, status: response.statusCode }, seconds)
    })
  }
}
