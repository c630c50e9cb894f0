/** `soak`: ten minutes at half load, retention on: throughput, memory and the size of the outbox over time. */
import { setTimeout as delay } from 'node:timers/promises'
import { countOf } from '../environment/bench-databases'
import { usageOf } from '../environment/process-usage'
import type { LoadResult } from '../measure/load-loops'
import { median } from '../measure/statistics'
import type { Scenario } from '../scenario'
import { seedSessions } from '../seed/sessions'
import type { HttpLoadJob } from '../workers/http-load'
import { expectCount } from '../environment/bench-databases'
import { UNLIMITED } from './http'

const IN_FLIGHT = 64
const LOAD = 0.5
const MINUTES = 10
const SAMPLE_MS = 5_000
/** Short, so that ten minutes hold several of them. */
const RETENTION_HOURS = '0.02'

interface Sample {
  readonly minute: number
  readonly sent: number
  readonly gatewayMb: number
  readonly relayMb: number
  readonly outboxMb: number
}

export const soak: Scenario = {
  name: 'soak',
  title: '10 minutes at 50% load, retention on, against the first minute',
  onlyLong: true,
  async run({ databases, topics, launch, say }) {
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
    const halfLoad = await load({ load: { perSecond }, warmUpMs: 5_000, measureMs: MINUTES * 60_000 })
    await delay(5_000)
    const samples: Sample[] = []
    const begin = performance.now()
    while (performance.now() - begin < MINUTES * 60_000) {
      const minute = Math.floor((performance.now() - begin) / 60_000)
      samples.push({
        minute,
        sent: await topics.count(topic),
        gatewayMb: usageOf(gateway.pid).residentMb,
        relayMb: usageOf(relay.pid).residentMb,
        outboxMb: (await countOf(database.url, `SELECT pg_total_relation_size('event_outbox')`)) / 2 ** 20,
      })
      say(`minute ${minute + 1} of ${MINUTES} at ${Math.round(perSecond)}/s`)
      await delay(SAMPLE_MS)
    }
    const result = await halfLoad.result(MINUTES * 60_000)
    await relay.stop()
    await gateway.stop()
    const accepted = full.accepted + result.accepted
    await expectCount(
      database.url,
      'events',
      `SELECT count(*) FROM domain_events WHERE aggregate_version > 1`,
      accepted,
    )
    const sent = await topics.count(topic)
    if (sent < accepted) throw new Error(`${accepted} commands were accepted and ${sent} records sent`)
    await database.drop()
    await topics.remove(topic)

    const minutes = Array.from({ length: MINUTES }, (_, minute) =>
      samples.filter((one) => one.minute === minute),
    )
    const worst = (figure: (minute: Sample[]) => number) => {
      const [first = NaN, ...later] = minutes.map(figure)
      return Math.max(...later.map((value) => Math.abs(value / first - 1)))
    }
    const middle = (figure: keyof Sample) => (minute: Sample[]) => median(minute.map((one) => one[figure]))
    const largest = (part: Sample[][]) => Math.max(...part.flat().map(({ outboxMb }) => outboxMb))
    return {
      ours: {
        per_s: result.per_s,
        p50_ms: result.p50_ms,
        p99_ms: result.p99_ms,
        errors: full.errors + result.errors,
        outbox_mb: largest(minutes.slice(-1)),
        gateway_mb: middle('gatewayMb')(minutes.at(-1) ?? []),
        relay_mb: middle('relayMb')(minutes.at(-1) ?? []),
      },
      baselines: {
        first_minute: {
          outbox_mb: largest(minutes.slice(0, 1)),
          gateway_mb: middle('gatewayMb')(minutes[0] ?? []),
          relay_mb: middle('relayMb')(minutes[0] ?? []),
        },
      },
      checks: [
        { name: 'throughput_change_max', value: worst(throughput), target: 0.1, kind: 'ratio' },
        { name: 'gateway_memory_change_max', value: worst(middle('gatewayMb')), target: 0.1, kind: 'ratio' },
        { name: 'relay_memory_change_max', value: worst(middle('relayMb')), target: 0.1, kind: 'ratio' },
        {
          // Once rows have begun to be removed, the table must not grow any more.
          name: 'outbox_growth_max',
          value: largest(minutes.slice(-3)) / largest(minutes.slice(0, 5)),
          target: 1.1,
          kind: 'ratio',
        },
      ],
      rounds: 1,
    }
  },
}

function throughput(minute: readonly Sample[]): number {
  const [first, last] = [minute.at(0), minute.at(-1)]
  return first && last ? (last.sent - first.sent) / (minute.length - 1) : NaN
}
