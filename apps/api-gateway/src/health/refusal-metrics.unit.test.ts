/** Who counts as turned away, and why. */
import { Registry } from 'prom-client'
import type { ErrorCode } from '../http/error-map'
import { noteError, type RefusalReason } from '../http/refusal-reason'
import type { RequestFacts } from '../http/request-facts'
import { refusalMetrics } from './refusal-metrics'

type Noted = [ErrorCode, RefusalReason?]

test.each<[string, Noted[], RefusalReason | undefined]>([
  ['was answered', [], undefined],
  ['came too often', [['RATE_LIMITED']], 'rate'],
  ['has too many streams', [['TOO_MANY_STREAMS']], 'streams'],
  ['came too late', [['SHUTTING_DOWN']], 'shutting_down'],
  ['found no place, and went before he was told', [['SERVICE_UNAVAILABLE', 'overload']], 'overload'],
  ['found no place', [['SERVICE_UNAVAILABLE', 'overload'], ['SERVICE_UNAVAILABLE']], 'overload'],
  ['stood in line', [['SERVICE_UNAVAILABLE', 'waited_too_long']], 'waited_too_long'],
  [
    'was refused as the process ended',
    [['SERVICE_UNAVAILABLE', 'overload'], ['SHUTTING_DOWN']],
    'shutting_down',
  ],
  ['was let in while PostgreSQL was away', [['SERVICE_UNAVAILABLE']], undefined],
])('who %s', async (_, noted, reason) => {
  const facts: RequestFacts = {
    requestId: 'r',
    startedAtMs: 0,
    traceparent: undefined,
    route: '/',
    undecodablePath: false,
    endless: false,
  }
  for (const error of noted) noteError(facts, ...error)
  const registry = new Registry()
  refusalMetrics(registry)(facts)
  const [metric] = await registry.getMetricsAsJSON()
  const counted = (metric?.values ?? []).filter(({ value }) => value > 0)
  expect(counted.map(({ labels, value }) => [labels.reason, value])).toEqual(reason ? [[reason, 1]] : [])
  expect(metric?.values).toHaveLength(5)
})
