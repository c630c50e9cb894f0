/** What the circuit breaker knows of an outage: whether a record may be to blame for it. */
import type { Attempt, Fault } from '../policy/outcome'
import { CircuitBreaker } from './circuit-breaker'
import type { ClaimedRow, Clock, Publisher } from './ports'

let nowMs: number
let problem: Fault | undefined

function startedBreaker(): CircuitBreaker {
  const publisher = { probe: () => Promise.resolve(problem) } as Publisher
  const clock = { monotonicMs: () => nowMs } as Clock
  return new CircuitBreaker(publisher, clock, { circuit: () => undefined })
}
const row = { id: 'a', key: 'k' } as ClaimedRow
const unavailable = (errorClass: string): Attempt => ({
  kind: 'unavailable',
  fault: { class: errorClass, message: 'no' },
  scope: 'broker',
})
const sent: Attempt = { kind: 'sent', partition: 0, offset: '1' }

async function closedBreaker(): Promise<CircuitBreaker> {
  const breaker = startedBreaker()
  await breaker.probeIfDue()
  breaker.nothingToTry()
  return breaker
}

beforeEach(() => {
  nowMs = 0
  problem = undefined
})

it('takes a batch that nobody answered for no outage while the probe is answered: a record may be to blame', async () => {
  const breaker = await closedBreaker()
  breaker.published([{ row, attempt: unavailable('timeout') }])
  nowMs += 250
  expect(await breaker.probeIfDue()).toBe(true)
  expect(breaker.isOutage).toBe(false)
})

it('knows an outage by a probe that failed, until a batch is sent', async () => {
  const breaker = await closedBreaker()
  breaker.published([{ row, attempt: unavailable('connection') }])
  nowMs += 250
  problem = { class: 'connection', message: 'refused' }
  expect(await breaker.probeIfDue()).toBe(false)
  nowMs += 500
  problem = undefined
  expect(await breaker.probeIfDue()).toBe(true)
  expect(breaker.isOutage).toBe(true)
  breaker.published([{ row, attempt: sent }])
  expect(breaker.isOutage).toBe(false)
})

it.each(['not_enough_replicas', 'storage', 'topic_forbidden'])(
  'knows an outage that no probe sees by the answer of the broker: %s',
  async (errorClass) => {
    const breaker = await closedBreaker()
    breaker.published([{ row, attempt: unavailable(errorClass) }])
    nowMs += 250
    expect(await breaker.probeIfDue()).toBe(true)
    expect(breaker.isOutage).toBe(true)
  },
)
