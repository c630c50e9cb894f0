/** Says whether the relay makes progress, and if not, why. */
import { troubleOf } from '../log/broker-trouble'
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

function told(fault: Fault | undefined): string {
  if (fault === undefined) return 'the broker has not been tried yet'
  return `${troubleOf(fault.class, 'the events topic').what}: ${describeFault(fault)}`
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
