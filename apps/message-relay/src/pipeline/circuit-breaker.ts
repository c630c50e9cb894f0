/** Watches the broker: opens the circuit when it is away, probes it, and lets one batch try it when it is back. */
import { onAvailable, onProbe, onUnavailable, startingCircuit, type Circuit } from '../policy/circuit'
import { isAnswer } from '../policy/outcome'
import type { Clock, Publisher } from './ports'
import type { AttemptedRow } from './publish'

export interface CircuitEvents {
  /** The state changed, or a probe failed. */
  circuit(circuit: Circuit, event: 'changed' | 'probe_failed'): void
}

export class CircuitBreaker {
  private circuit: Circuit
  private outage = false

  constructor(
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly events: CircuitEvents,
  ) {
    this.circuit = startingCircuit(clock.monotonicMs())
  }

  get state(): Circuit['state'] {
    return this.circuit.state
  }

  get now(): Circuit {
    return this.circuit
  }

  /** Since the circuit opened a probe failed, or the broker said that it could not: it is no record's doing. */
  get isOutage(): boolean {
    return this.outage
  }

  /** Milliseconds until the broker is to be probed; Infinity while the circuit is not open. */
  probeInMs(): number {
    return this.circuit.state === 'open'
      ? Math.max(0, this.circuit.probeAt - this.clock.monotonicMs())
      : Infinity
  }

  /** Probes the broker when it is time; true when it has come back. */
  async probeIfDue(): Promise<boolean> {
    if (this.probeInMs() > 0) return false
    const problem = await this.publisher.probe()
    this.become(onProbe(this.circuit, this.clock.monotonicMs(), problem))
    if (problem !== undefined) {
      this.outage = true
      this.events.circuit(this.circuit, 'probe_failed')
    }
    return this.circuit.state === 'half_open'
  }

  /** Learns from what a batch met. */
  published(attempted: readonly AttemptedRow[]): void {
    for (const { attempt } of attempted) {
      if (attempt.kind !== 'unavailable' || attempt.scope !== 'broker') continue
      this.become(onUnavailable(this.circuit, this.clock.monotonicMs(), attempt.fault))
      this.outage ||= isAnswer(attempt.fault)
      return
    }
    if (attempted.some(({ attempt }) => attempt.kind === 'sent')) this.become(onAvailable(this.circuit))
  }

  /** Half-open, and nothing is there to try the broker with. */
  nothingToTry(): void {
    if (this.circuit.state === 'half_open') this.become(onAvailable(this.circuit))
  }

  private become(next: Circuit): void {
    const changed = next.state !== this.circuit.state
    this.circuit = next
    if (next.state === 'closed') this.outage = false
    if (changed) this.events.circuit(next, 'changed')
  }
}
