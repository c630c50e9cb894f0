/** `soak`: ten minutes at half load, retention on: throughput, memory and the size of the outbox over time. */
import { setTimeout as delay } from 'node:timers/promises'
import { countOf, expectCount } from '../environment/bench-databases'
import { usageOf } from '../environment/process-usage'
import type { LoadResult } from '../measure/load-loops'
import { median } from '../measure/statistics'
import type { Scenario } from '../scenario'
import { seedSessions } from '../seed/sessions'
import type { HttpLoadJob } from '../workers/http-load'
import { expectSent } from './expect-sent'
import { UNLIMITED } from './http'

const IN_FLIGHT = 64
const LOAD = 0.5
const WARM_UP_MS = 5_000
/** It is judged by stretches of a minute; where only its working is to be proved, of less. */
const STRETCHES = 10
const SAMPLES_A_STRETCH = 12
/** Short, so that ten minutes hold several of them. */
const RETENTION_HOURS = '0.02'

interface Sample {
  readonly stretch: number
  readonly atMs: number
  readonly sent: number
  readonly gatewayMb: number
  readonly relayMb: number
  readonly outboxMb: number
}

export const soak: Scenario = {
  name: 'soak',
  title: '10 minutes at 50% load, retention on, against the first minute',
  onlyLong: true,
  async run(context) {
    const { scale, databases, topics, launch, say } = context
    const stretchMs = scale === 'quick' ? 1_200 : 60_000
    const measureMs = STRETCHES * stretchMs
    const topic = await topics.create()
    const database = await databases.fresh('sessions', seedSessions)
    const gateway = await launch.gateway(database.url, { EVENTS_TOPIC: topic, ...UNLIMITED })
    const relay = await launch.relay(database.url, topic, { RELAY_SENT_RETENTION_HOURS: RETENTION_HOURS })
    const load = async (job: Pick<HttpLoadJob, 'load' | 'warmUpMs' | 'measureMs'>) => {
      const child = await launch.child<LoadResult>('workers/http-load', { url: gateway.url, ...job })
      child.go()
      return child
    }
    say('how much it takes')
    const full = await (
      await load({ load: { inFlight: IN_FLIGHT }, warmUpMs: 3_000, measureMs: 10_000 })
    ).result()

    const perSecond = full.per_s * LOAD
    const halfLoad = await load({ load: { perSecond }, warmUpMs: WARM_UP_MS, measureMs })
    await delay(WARM_UP_MS)
    const samples: Sample[] = []
    const begin = performance.now()
    while (performance.now() - begin < measureMs) {
      const stretch = Math.floor((performance.now() - begin) / stretchMs)
      samples.push({
        stretch,
        atMs: performance.now(),
        sent: await topics.count(topic),
        gatewayMb: usageOf(gateway.pid).ownMb,
        relayMb: usageOf(relay.pid).ownMb,
        outboxMb: (await countOf(database.url, `SELECT pg_total_relation_size('event_outbox')`)) / 2 ** 20,
      })
      say(`part ${stretch + 1} of ${STRETCHES} at ${Math.round(perSecond)}/s`)
      await delay(stretchMs / SAMPLES_A_STRETCH)
    }
    const result = await halfLoad.result(measureMs)
    const accepted = full.accepted + result.accepted
    await expectSent(context, database, topic, accepted)
    await relay.stop()
    await gateway.stop()
    await expectCount(
      database.url,
      'events',
      `SELECT count(*) FROM domain_events WHERE aggregate_version > 1`,
      accepted,
    )
    await database.drop()
    await topics.remove(topic)

    const stretches = Array.from({ length: STRETCHES }, (_, stretch) =>
      samples.filter((one) => one.stretch === stretch),
    )
    const worst = (figure: (stretch: Sample[]) => number) => {
      const [first = NaN, ...later] = stretches.map(figure)
      return Math.max(...later.map((value) => Math.abs(value / first - 1)))
    }
    const middle = (figure: keyof Sample) => (stretch: Sample[]) => median(stretch.map((one) => one[figure]))
    const largest = (part: Sample[][]) => Math.max(...part.flat().map(({ outboxMb }) => outboxMb))
    return {
      ours: {
        per_s: result.per_s,
        p50_ms: result.p50_ms,
        p99_ms: result.p99_ms,
        errors: full.errors + result.errors,
        outbox_mb: largest(stretches.slice(-1)),
        gateway_own_mb: middle('gatewayMb')(stretches.at(-1) ?? []),
        relay_own_mb: middle('relayMb')(stretches.at(-1) ?? []),
      },
      baselines: {
        first_minute: {
          outbox_mb: largest(stretches.slice(0, 1)),
          gateway_own_mb: middle('gatewayMb')(stretches[0] ?? []),
          relay_own_mb: middle('relayMb')(stretches[0] ?? []),
        },
      },
      checks: [
        { name: 'throughput_change_max', value: worst(throughput), target: 0.1, kind: 'ratio' },
        { name: 'gateway_memory_change_max', value: worst(middle('gatewayMb')), target: 0.1, kind: 'ratio' },
        { name: 'relay_memory_change_max', value: worst(middle('relayMb')), target: 0.1, kind: 'ratio' },
        {
          // Once rows have begun to be removed, the table must not grow any more.
          name: 'outbox_growth_max',
          value: largest(stretches.slice(-3)) / largest(stretches.slice(0, 5)),
          target: 1.1,
          kind: 'ratio',
        },
      ],
      rounds: 1,
    }
  },
}

function throughput(stretch: readonly Sample[]): number {
  const [first, last] = [stretch.at(0), stretch.at(-1)]
  return first && last ? (last.sent - first.sent) / (last.atMs - first.atMs) : NaN
}
