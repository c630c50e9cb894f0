/** Says whether the relay makes progress, and if not, why. */
import type { Circuit } from '../policy/circuit'
import { describeFault, type Fault } from '../policy/outcome'
import type { Readiness } from './health-server'

export interface RelayState {
  readonly leased: boolean
  readonly lanes: number
  readonly circuit: Circuit
  readonly stopping: boolean
  /** What stands still, if anything. */
  readonly stalled: readonly string[]
}

/** What is wrong, where the broker is there and answers so; by the class of the fault. */
const ANSWERS: Readonly<Record<string, string>> = {
  unknown_topic: 'the events topic does not exist',
  topic_forbidden: 'the relay may not write to the events topic',
  authentication: 'the broker refuses the relay',
}

function told(fault: Fault | undefined): string {
  if (fault === undefined) return 'the broker has not been tried yet'
  return `${ANSWERS[fault.class] ?? 'the broker is away'}: ${describeFault(fault)}`
}

/** The verdict over `state`. */
export function judgeReadiness(state: RelayState): Readiness {
  const reasons: string[] = []
  if (state.stopping) reasons.push('it is shutting down')
  if (!state.leased) reasons.push('it owns no lanes: PostgreSQL has not granted or renewed a lease')
  if (state.circuit.state === 'open') reasons.push(told(state.circuit.fault))
  reasons.push(...state.stalled)
  return {
    ready: reasons.length === 0,
    reasons,
    details: { lanes: state.lanes, circuit: state.circuit.state },
  }
}
