/** When the relay is ready, and what it says when it is not. */
import { startingCircuit } from '../policy/circuit'
import { watchProgress } from './progress'
import { judgeReadiness } from './readiness'

const rows = (count: number) => Array.from({ length: count }, () => ({}) as never)

describe('readiness', () => {
  const well = {
    leased: true,
    lanes: 64,
    circuit: { state: 'closed' },
    stopping: false,
    stalled: [],
  } as const
  it('is given while there is a lease and a broker', () => {
    expect(judgeReadiness(well)).toEqual({
      ready: true,
      reasons: [],
      details: { lanes: 64, circuit: 'closed' },
    })
  })
  it('names every reason it is not', () => {
    const fault = { class: 'connection', message: 'ECONNREFUSED' }
    const circuit = { state: 'open', since: 0, probeAt: 0, probes: 0, fault } as const
    const verdict = judgeReadiness({
      ...well,
      leased: false,
      circuit,
      stopping: true,
      stalled: ['5 rows are due'],
    })
    expect(verdict.ready).toBe(false)
    expect(verdict.reasons.join('\n')).toMatch(/shutting down.*\n.*lease.*\n.*ECONNREFUSED.*\n5 rows are due/)
  })
  it.each([
    ['connection', 'the broker is away: connection: no'],
    ['unknown_topic', 'the events topic does not exist: unknown_topic: no'],
    ['topic_forbidden', 'the relay may not write to the events topic: topic_forbidden: no'],
    [
      'not_enough_replicas',
      'the events topic has fewer in-sync replicas than its min.insync.replicas: not_enough_replicas: no',
    ],
    ['leader_not_available', 'a partition of the events topic has no leader yet: leader_not_available: no'],
    ['storage', 'the broker does not take events (storage): storage: no'],
    ['authentication', 'the broker refuses the relay: authentication: no'],
  ])('says of a circuit that opened with "%s" what is wrong', (errorClass, told) => {
    const fault = { class: errorClass, message: 'no' }
    const circuit = { state: 'open', since: 0, probeAt: 0, probes: 0, fault } as const
    expect(judgeReadiness({ ...well, circuit }).reasons).toEqual([told])
  })
  it('is not given before the broker was tried', () => {
    expect(judgeReadiness({ ...well, circuit: startingCircuit(0) }).reasons).toEqual([
      'the broker has not been tried yet',
    ])
  })
})

describe('progress', () => {
  let now = 0
  const watch = () => watchProgress(15_000, () => now)
  beforeEach(() => (now = 0))

  it('stands still when rows are due and none is settled for a time', () => {
    const progress = watch()
    now = 100_000
    expect(progress.stalled()).toEqual([])
    progress.claimed(rows(5), 1)
    now += 14_000
    expect(progress.stalled()).toEqual([])
    progress.settled([], 1)
    now += 2000
    expect(progress.stalled()).toEqual(['5 rows are due and none was settled for 16 s'])
    progress.settled(rows(2), 1)
    expect(progress.stalled()).toEqual([])
    now += 16_000
    expect(progress.stalled()).toEqual(['3 rows are due and none was settled for 16 s'])
    progress.settled(rows(3), 1)
    now += 100_000
    expect(progress.stalled()).toEqual([])
  })

  it('stands still when the outbox cannot be read', () => {
    const progress = watch()
    now = 50_000
    progress.readBegins()
    // A lock holds the statement up until its time-out.
    now += 10_000
    progress.claimFailed(new Error('x'), 1)
    progress.readBegins()
    expect(progress.stalled()).toEqual([])
    now += 6000
    expect(progress.stalled()).toEqual(['the outbox could not be read for 16 s'])
    now += 4000
    progress.claimFailed(new Error('x'), 1)
    expect(progress.stalled()).toEqual(['the outbox could not be read for 20 s'])
    // There need be nothing in it.
    progress.outboxRead()
    expect(progress.stalled()).toEqual([])
  })

  it('stands still when the lease never lasts for a publish', () => {
    const progress = watch()
    progress.leaseTooShort()
    now = 14_000
    progress.outboxRead()
    progress.leaseTooShort()
    now = 28_000
    expect(progress.stalled()).toEqual([])
    now = 30_000
    progress.leaseTooShort()
    expect(progress.stalled()).toEqual(['nothing was claimed for 16 s: the lease never lasted for a publish'])
    progress.outboxRead()
    expect(progress.stalled()).toEqual([])
  })

  it('blames PostgreSQL, not the length of the lease, while renewals fail', () => {
    const progress = watch()
    progress.renewalFailed(new Error('gone'))
    now = 5000
    progress.leaseTooShort()
    now = 21_000
    progress.renewalFailed(new Error('gone'))
    progress.leaseTooShort()
    expect(progress.stalled()).toEqual([
      'nothing was claimed for 16 s: PostgreSQL has not renewed the lease for 21 s',
    ])
    // What it says next is reckoned from here.
    progress.renewed()
    progress.leaseTooShort()
    expect(progress.stalled()).toEqual([])
    now = 40_000
    expect(progress.stalled()).toEqual(['nothing was claimed for 19 s: the lease never lasted for a publish'])
    progress.renewed()
    expect(progress.stalled()).toHaveLength(1)
  })
})
