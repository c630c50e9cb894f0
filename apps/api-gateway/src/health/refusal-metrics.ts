/** The metric of those who were turned away before any work was done for them. */
import { Counter, type Registry } from 'prom-client'
import type { ErrorCode } from '../http/error-map'
import type { RequestFacts } from '../http/request-facts'

const REASON_OF: Partial<Record<ErrorCode, string>> = {
  RATE_LIMITED: 'rate',
  TOO_MANY_STREAMS: 'streams',
  SHUTTING_DOWN: 'shutting_down',
}
const REASONS = [...Object.values(REASON_OF), 'overload', 'waited_too_long']

/** Registers the metric; what it answers is to be told of each request when its answer is out. */
export function refusalMetrics(registry: Registry): (facts: RequestFacts) => void {
  const refused = new Counter({
    name: 'api_gateway_requests_refused_total',
    help: 'Requests that were turned away before any work, by reason: none of them left anything behind.',
    labelNames: ['reason'],
    registers: [registry],
  })
  // An alert on what never happened yet needs its series.
  for (const reason of REASONS) refused.inc({ reason }, 0)
  return ({ noPlace, errorCode }) => {
    const reason = noPlace ?? (errorCode && REASON_OF[errorCode])
    if (reason !== undefined) refused.inc({ reason })
  }
}
