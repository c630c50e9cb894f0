/** `steady`: few users for long, while another process burns a core: nobody may get an error, or wait. */
import { usageOf } from '../environment/process-usage'
import type { LoadResult } from '../measure/load-loops'
import type { Scenario } from '../scenario'
import type { HttpLoadJob } from '../workers/http-load'
import { seedSessions } from '../seed/sessions'
import { expectSent } from './expect-sent'
import { expectAccepted } from './write'

const PER_SECOND = 100
/** The first ten sessions are of ten users. */
const USERS = 10
const MINUTES = 10
/** Of a core: a burner that got less was no neighbour. */
const HONEST_SHARE = 0.5

export const steady: Scenario = {
  name: 'steady',
  title:
    '100 commands/s from ten users for 10 minutes, the relay running, while another process burns a core',
  onlyLong: true,
  async run(context) {
    const { scale, databases, topics, launch, say } = context
    const window =
      scale === 'quick'
        ? { warmUpMs: 1_000, measureMs: 5_000 }
        : { warmUpMs: 5_000, measureMs: MINUTES * 60_000 }
    const topic = await topics.create()
    const database = await databases.fresh('sessions', seedSessions)
    const gateway = await launch.gateway(database.url, { EVENTS_TOPIC: topic })
    const relay = await launch.relay(database.url, topic)
    const burner = await launch.child<object>('workers/burner', {})
    const job: HttpLoadJob = {
      url: gateway.url,
      load: { perSecond: PER_SECOND },
      sessions: USERS,
      ...window,
    }
    const load = await launch.child<LoadResult>('workers/http-load', job)
    const cores = coresOf({ gateway: gateway.pid, relay: relay.pid, burner: burner.pid }, window.measureMs)
    load.marked = cores.mark
    burner.go()
    load.go()
    say(`${window.measureMs / 1000} s at ${PER_SECOND}/s`)
    const { accepted, ...figures } = await load.result(2 * (window.warmUpMs + window.measureMs))
    burner.stop()
    await burner.result()
    await expectAccepted(database.url, accepted)
    await expectSent(context, database, topic, accepted)
    const memory = { gateway_mb: usageOf(gateway.pid).residentMb, relay_mb: usageOf(relay.pid).residentMb }
    await gateway.stop()
    await relay.stop()
    await database.drop()
    await topics.remove(topic)
    const burnt = cores.used('burner')
    return {
      ours: {
        ...figures,
        gateway_cpu_cores: cores.used('gateway'),
        relay_cpu_cores: cores.used('relay'),
        burner_cpu_cores: burnt,
        ...memory,
      },
      baselines: {},
      checks: [
        { name: 'errors_max', value: figures.errors, target: 0, kind: 'figure' },
        { name: 'p99_ms_max', value: figures.p99_ms, target: 50, kind: 'figure' },
      ],
      rounds: 1,
      ...(burnt < HONEST_SHARE && {
        voidBecause: `the burner had only ${burnt.toFixed(2)} of a core, under ${HONEST_SHARE}`,
      }),
    }
  },
}

/** CPU cores that processes use between the marks. */
function coresOf<Name extends string>(pids: Readonly<Record<Name, number>>, measureMs: number) {
  const seconds = {} as Record<Name, number>
  return {
    mark: (moment: string) => {
      for (const name of Object.keys(pids) as Name[]) {
        const used = usageOf(pids[name]).cpuSeconds
        seconds[name] = moment === 'begin' ? used : used - seconds[name]
      }
    },
    used: (name: Name) => (seconds[name] * 1000) / measureMs,
  }
}
