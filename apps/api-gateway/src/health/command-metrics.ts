/** The metrics of commands: how many, how long, and what became of them. */
import { Counter, Histogram, type Registry } from 'prom-client'
import { isRefusal, ServiceFault, type Refusal } from '../outcome'
import type { CommandAnswer, CommandPort } from '../ports'
import { DURATION_BUCKETS_SECONDS } from './duration-buckets'

/** What no catalog names: what clients may call a command has no bound. */
const UNSUPPORTED = 'unsupported'

/** `commands`, measured. */
export function measuredCommands(registry: Registry, commands: CommandPort): CommandPort {
  const registers = [registry]
  const duration = new Histogram({
    name: 'api_gateway_command_duration_seconds',
    help: 'Time of a command from its validated request to its answer, its wait for its turn included.',
    labelNames: ['command_type', 'outcome'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const errors = new Counter({
    name: 'api_gateway_command_errors_total',
    help: 'Commands that were refused or failed, by the error_code of their answer.',
    labelNames: ['command_type', 'error_code'],
    registers,
  })
  return {
    supported: commands.supported,
    receipt: (...given) => commands.receipt(...given),
    processCommand: async (request) => {
      const begun = performance.now()
      const command_type = commands.supported.includes(request.commandType)
        ? request.commandType
        : UNSUPPORTED
      const measure = (outcome: string, error_code?: string) => {
        duration.observe({ command_type, outcome }, (performance.now() - begun) / 1000)
        if (error_code !== undefined) errors.inc({ command_type, error_code })
      }
      try {
        const answer = await commands.processCommand(request)
        measure(outcomeOf(answer), isRefusal(answer) ? answer.code : undefined)
        return answer
      } catch (error) {
        measure('failed', error instanceof ServiceFault ? error.code : 'INTERNAL_ERROR')
        throw error
      }
    },
  }
}

function outcomeOf(answer: CommandAnswer | Refusal): 'refused' | 'replayed' | 'accepted' {
  if (isRefusal(answer)) return 'refused'
  return answer.replayed ? 'replayed' : 'accepted'
}
