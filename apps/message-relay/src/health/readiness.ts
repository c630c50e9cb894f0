/** Says whether the relay makes progress, and if not, why. */
import type { Circuit } from '../policy/circuit'
import type { Readiness } from './health-server'

export interface RelayState {
  readonly leased: boolean
  readonly lanes: number
  readonly circuit: Circuit
  readonly stopping: boolean
  /** What stands still, if anything. */
  readonly stalled: readonly string[]
}

/** What is wrong, where the broker is there and answers so; by the class that the reason begins with. */
const ANSWERS: Readonly<Record<string, string>> = {
  unknown_topic: 'the events topic does not exist',
  topic_forbidden: 'the relay may not write to the events topic',
  authentication: 'the broker refuses the relay',
}

function told(reason: string): string {
  const [errorClass = ''] = reason.split(':')
  return `${ANSWERS[errorClass] ?? 'the broker is away'}: ${reason}`
}

/** The verdict over `state`. */
export function judgeReadiness(state: RelayState): Readiness {
  const reasons: string[] = []
  if (state.stopping) reasons.push('it is shutting down')
  if (!state.leased) reasons.push('it owns no lanes: PostgreSQL has not granted or renewed a lease')
  if (state.circuit.state === 'open') reasons.push(told(state.circuit.reason))
  reasons.push(...state.stalled)
  return {
    ready: reasons.length === 0,
    reasons,
    details: { lanes: state.lanes, circuit: state.circuit.state },
  }
}
