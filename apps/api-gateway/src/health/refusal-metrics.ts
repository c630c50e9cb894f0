/** The metric of those who were turned away before any work was done for them. */
import { Counter, type Registry } from 'prom-client'
import { REFUSAL_REASONS } from '../http/refusal-reason'
import type { RequestFacts } from '../http/request-facts'

/** Registers the metric; what it answers is to be told of each request when its response is closed. */
export function refusalMetrics(registry: Registry): (facts: RequestFacts) => void {
  const refused = new Counter({
    name: 'api_gateway_requests_refused_total',
    help: 'Requests that were turned away before any work, by reason: none of them left anything behind.',
    labelNames: ['reason'],
    registers: [registry],
  })
  // An alert on what never happened yet needs its series.
  for (const reason of REFUSAL_REASONS) refused.inc({ reason }, 0)
  return ({ refusedFor }) => {
    if (refusedFor !== undefined) refused.inc({ reason: refusedFor })
  }
}
