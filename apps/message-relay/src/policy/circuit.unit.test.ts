/** The circuit: opens at once, probes without a record, lets one batch try. */
import fc from 'fast-check'
import { onAvailable, onProbe, onUnavailable, probeDelayMs, startingCircuit, type Circuit } from './circuit'

const closed: Circuit = { state: 'closed' }
const refused = { class: 'connection', message: 'ECONNREFUSED' }
const silent = { class: 'timeout', message: 'ETIMEDOUT' }

it('starts open and probes before the first claim', () => {
  expect(startingCircuit(1000)).toMatchObject({ state: 'open', probeAt: 1000 })
})

it('opens when a batch meets an unavailable broker, and keeps the time it opened', () => {
  const open = onUnavailable(closed, 1000, refused)
  expect(open).toEqual({ state: 'open', since: 1000, probeAt: 1250, probes: 0, fault: refused })
  expect(onUnavailable(open, 2000, silent)).toEqual({ ...open, fault: silent })
  const halfOpen = onProbe(open, 3000, undefined)
  expect(halfOpen).toEqual({ state: 'half_open', since: 1000 })
  expect(onUnavailable(halfOpen, 4000, refused)).toMatchObject({ state: 'open', since: 1000, probeAt: 4250 })
})

it('closes only after a batch went through', () => {
  const open = onUnavailable(closed, 0, refused)
  // A retry of a row that had begun before may succeed while the circuit is open: the probe still decides.
  expect(onAvailable(open)).toBe(open)
  expect(onAvailable(onProbe(open, 1, undefined))).toEqual(closed)
  expect(onAvailable(closed)).toEqual(closed)
})

it('probes less and less often, and at least every 5 s', () => {
  let circuit = onUnavailable(closed, 0, refused)
  const waits: number[] = []
  for (let n = 0; n < 8; n += 1) {
    circuit = onProbe(circuit, 0, silent)
    if (circuit.state === 'open') waits.push(circuit.probeAt)
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000, 5000, 5000])
  fc.assert(fc.property(fc.nat(), (probes) => probeDelayMs(probes) <= 5000))
})

it('takes no notice of a probe that comes back when the circuit is not open', () => {
  expect(onProbe(closed, 0, refused)).toBe(closed)
})
