/** The circuit between the relay and the broker: closed, open while it is away, half-open for one trial batch. */
import type { Fault } from './outcome'

export type Circuit =
  | { readonly state: 'closed' }
  | {
      readonly state: 'open'
      /** Milliseconds on the relay's own clock. */
      readonly since: number
      readonly probeAt: number
      readonly probes: number
      /** What was met last; absent until the broker was tried. */
      readonly fault?: Fault
    }
  | { readonly state: 'half_open'; readonly since: number }

const FIRST_PROBE_MS = 250
const LONGEST_PROBE_MS = 5000

/** The state a relay starts in: it probes before its first claim. */
export function startingCircuit(now: number): Circuit {
  return { state: 'open', since: now, probeAt: now, probes: 0 }
}

/** A batch met an unavailable broker. */
export function onUnavailable(circuit: Circuit, now: number, fault: Fault): Circuit {
  if (circuit.state === 'open') return { ...circuit, fault }
  const since = circuit.state === 'half_open' ? circuit.since : now
  return { state: 'open', since, probeAt: now + FIRST_PROBE_MS, probes: 0, fault }
}

/** A probe ended: `problem` is undefined when the broker is back. */
export function onProbe(circuit: Circuit, now: number, problem: Fault | undefined): Circuit {
  if (circuit.state !== 'open') return circuit
  if (problem === undefined) return { state: 'half_open', since: circuit.since }
  const probes = circuit.probes + 1
  return { ...circuit, probes, probeAt: now + probeDelayMs(probes), fault: problem }
}

/** A batch was answered by the broker, or in the half-open state there was nothing to try it with. */
export function onAvailable(circuit: Circuit): Circuit {
  return circuit.state === 'open' ? circuit : { state: 'closed' }
}

/** Milliseconds until the next probe: doubling, at most 5 s, so that an outage ends soon after the broker is back. */
export function probeDelayMs(probes: number): number {
  return Math.min(FIRST_PROBE_MS * 2 ** Math.min(probes, 10), LONGEST_PROBE_MS)
}
