/** The metric of the commands that nobody finished in time. */
import { Counter, type Registry } from 'prom-client'

/** Registers the metric; `timedOut` (how many, by command type) is asked at each scrape. */
export function timeOutMetrics(registry: Registry, timedOut: () => ReadonlyMap<string, number>): void {
  new Counter({
    name: 'api_gateway_commands_timed_out_total',
    help: 'Commands that this process failed because nobody finished them in time, by command type.',
    labelNames: ['command_type'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [command_type, count] of timedOut()) this.inc({ command_type }, count)
    },
  })
}
