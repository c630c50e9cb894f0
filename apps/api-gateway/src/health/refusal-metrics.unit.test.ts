/** Who counts as turned away, and why. */
import { Registry } from 'prom-client'
import type { RequestFacts } from '../http/request-facts'
import { refusalMetrics } from './refusal-metrics'

const FACTS: RequestFacts = {
  requestId: 'r',
  startedAtMs: 0,
  traceparent: undefined,
  route: '/',
  undecodablePath: false,
  endless: false,
}

test.each<[string, Partial<RequestFacts>, string | undefined]>([
  ['was answered', {}, undefined],
  ['came too often', { errorCode: 'RATE_LIMITED' }, 'rate'],
  ['has too many streams', { errorCode: 'TOO_MANY_STREAMS' }, 'streams'],
  ['came too late', { errorCode: 'SHUTTING_DOWN' }, 'shutting_down'],
  ['found no place', { errorCode: 'SERVICE_UNAVAILABLE', noPlace: 'overload' }, 'overload'],
  ['stood in line', { errorCode: 'SERVICE_UNAVAILABLE', noPlace: 'waited_too_long' }, 'waited_too_long'],
  ['was let in while PostgreSQL was away', { errorCode: 'SERVICE_UNAVAILABLE' }, undefined],
])('who %s', async (_, facts, reason) => {
  const registry = new Registry()
  refusalMetrics(registry)({ ...FACTS, ...facts })
  const [metric] = await registry.getMetricsAsJSON()
  const counted = (metric?.values ?? []).filter(({ value }) => value > 0)
  expect(counted.map(({ labels, value }) => [labels.reason, value])).toEqual(reason ? [[reason, 1]] : [])
  expect(metric?.values).toHaveLength(5)
})
