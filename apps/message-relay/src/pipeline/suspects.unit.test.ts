/** Who may share a batch with whom after the broker was unavailable. */
import type { Attempt } from '../policy/outcome'
import type { ParkedHead } from '../policy/parked-keys'
import type { ClaimedRow } from './ports'
import { Suspects } from './suspects'

const away: Attempt = {
  kind: 'unavailable',
  fault: { class: 'connection', message: 'gone' },
  scope: 'broker',
}
const sent: Attempt = { kind: 'sent', partition: 0, offset: '1' }
const batch = (keys: string, attempt: Attempt, bytes = 1) =>
  Array.from(keys).map((key) => ({ row: { key, id: key, bytes } as ClaimedRow, attempt }))
const heads = (keys: string): ParkedHead[] =>
  Array.from(keys).map((key, seq) => ({ key, id: key, seq }) as ParkedHead)

let suspects: Suspects
let now: number
const meet = (keys: string, attempt: Attempt, trial = false) =>
  suspects.published(batch(keys, attempt), trial, now)
const share = (keys: string, turn: Parameters<Suspects['share']>[1] = 'any'): string =>
  suspects
    .share(heads(keys), turn, now)
    .heads.map(({ key }) => key)
    .join('')

beforeEach(() => {
  suspects = new Suspects({ rows: 100, bytes: 1000 })
  now = 0
})

it('tries the keys of a failed batch in portions that double, the one that failed first before the others', () => {
  expect(share('abcdef')).toBe('abcdef')
  meet('dcba', away)
  suspects.outageIsOver()
  expect(share('abcdef')).toBe('d')
  meet('d', sent)
  expect(suspects.share(heads('abcef'), 'any', now)).toMatchObject({
    heads: [{ key: 'c' }, { key: 'b' }],
    mostRows: 2,
    beforeFresh: true,
  })
  meet('cb', away)
  expect(share('abcef')).toBe('a')
})

it('lets them go before fresh rows after an outage, until one of them fails though others are sent', () => {
  const first = () => suspects.share(heads('abc'), 'any', now).beforeFresh
  meet('abc', away)
  expect(first()).toBe(false)
  suspects.outageIsOver()
  meet('a', away, true)
  meet('b', away, true)
  meet('x', sent)
  expect(first()).toBe(true)
  meet('yz', away)
  meet('x', sent)
  expect(first()).toBe(true)
  meet('c', away)
  expect(first()).toBe(false)
})

it('makes no portion of those that fill a batch, nor of others', () => {
  suspects = new Suspects({ rows: 2, bytes: 1000 })
  suspects.outageIsOver()
  expect(suspects.share(heads('a'), 'any', now).beforeFresh).toBe(false)
  meet('abc', away)
  meet('a', sent)
  expect(suspects.share(heads('bc'), 'any', now)).toMatchObject({ mostRows: 2, beforeFresh: false })
  expect(suspects.share(heads('d'), 'others', now).beforeFresh).toBe(false)
})

it('lets other keys go first after a failed trial, a few fresh ones, until something is sent', () => {
  meet('ab', away)
  expect(suspects.othersFirst).toBe(false)
  meet('a', away, true)
  expect(suspects.othersFirst).toBe(true)
  expect(share('abcd', 'others')).toBe('cd')
  expect(suspects.freshRows).toBe(10)
  meet('c', sent, true)
  expect(suspects.othersFirst).toBe(false)
  expect(suspects.freshRows).toBe(100)
})

it('forgets a trial that failed when the next one has nothing to try', () => {
  meet('a', away, true)
  suspects.nothingToTry()
  expect(suspects.othersFirst).toBe(false)
  expect(suspects.freshRows).toBe(100)
})

it('learns nothing about its suspects from others that are sent', () => {
  meet('abcdef', away)
  for (let times = 0; times < 10; times += 1) meet('xyz', sent)
  expect(suspects.share(heads('abcdef'), 'any', now)).toMatchObject({ heads: [{ key: 'a' }], mostRows: 1 })
})

it('keeps a key whose rows filled a batch, behind the others, until nothing more of it can be waiting', () => {
  meet('ab', away)
  meet('a', sent)
  expect(share('ab')).toBe('ba')
  expect(share('abc', 'others')).toBe('c')
  meet('b', sent)
  expect(share('abc', 'others')).toBe('bc')
})

it('keeps a key whose rows were as many bytes as a batch takes', () => {
  for (const bytes of [999, 1000]) {
    meet('ab', away)
    meet('a', sent)
    // The portion is two rows.
    suspects.published(batch('b', sent, bytes), false, now)
    expect(share('b', 'others')).toBe(bytes < 1000 ? 'b' : '')
  }
})

it('suspects nobody for trouble of a topic of its own', () => {
  meet('a', { ...away, scope: 'topic' }, true)
  expect(suspects.othersFirst).toBe(false)
  expect(share('ab')).toBe('ab')
})

describe('a record that fails alone while others are sent', () => {
  const failAgain = (id = 'p') => {
    meet('x', sent)
    return meet(id, away)?.restMs
  }

  it('rests from its second failure on, twice as long each time, 30 s at most', () => {
    const rests = Array.from({ length: 7 }, () => {
      const restMs = failAgain()
      now += restMs ?? 0
      return restMs
    })
    expect(rests).toEqual([undefined, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    const [head] = heads('p')
    now -= 1000
    expect(suspects.restLeftMs(head!, now)).toBe(1000)
    now += 1000
    expect(suspects.restLeftMs(head!, now)).toBe(0)
  })

  it('is not to blame in an outage: nothing else is sent, or it was not alone', () => {
    for (let times = 0; times < 5; times += 1) expect(meet('p', away)).toBeUndefined()
    for (let times = 0; times < 5; times += 1) {
      meet('x', sent)
      expect(meet('qr', away)).toBeUndefined()
    }
    const behind = { row: { key: 'q', id: 'behind' } as ClaimedRow, attempt: { kind: 'withheld' } as const }
    for (let times = 0; times < 5; times += 1) {
      meet('x', sent)
      expect(suspects.published([...batch('q', away), behind], false, now)).toBeUndefined()
    }
    expect(share('pqr')).toBe('p')
  })

  it('is tried by itself, after the suspects that may be innocent and before those that are always there', () => {
    failAgain()
    failAgain()
    meet('ab', away)
    meet('a', sent)
    expect(share('pabc')).toBe('ba')
    meet('ba', sent)
    meet('ba', sent)
    expect(share('pcd')).toBe('p')
    expect(share('pcd', 'others')).toBe('cd')
  })

  it('spends no try of what shares its retries in an outage', () => {
    failAgain()
    failAgain()
    expect(share('pcd', 'retries')).toBe('cd')
    expect(share('p', 'retries')).toBe('p')
  })

  it('is forgotten when it is sent, and the others like it are tried at once', () => {
    for (let times = 0; times < 6; times += 1) {
      failAgain('p')
      failAgain('q')
    }
    const [p, q] = heads('pq')
    meet('p', sent)
    expect(suspects.restLeftMs(q!, now)).toBe(0)
    expect(suspects.restLeftMs(p!, now)).toBe(0)
    expect(failAgain('p')).toBeUndefined()
    expect(failAgain('q')).toBe(30_000)
  })

  it('takes turns with others like it, the one that rested longest first: one of them is tried in 30 s', () => {
    for (let times = 0; times < 6; times += 1) for (const id of 'pqr') failAgain(id)
    const [p, q, r] = heads('pqr')
    const due = (): ParkedHead[] => [p!, q!, r!].filter((head) => suspects.restLeftMs(head, now) === 0)
    const tried: string[] = []
    for (const end = now + 120_000; now < end; now += 1000) {
      const [head] = suspects.share(due(), 'any', now).heads
      if (!head) continue
      tried.push(`${head.id} ${now / 1000}`)
      failAgain(head.id)
    }
    expect(tried).toEqual(['p 30', 'q 60', 'r 90'])
  })

  it('rests no longer than 30 s, however many others like it are gone', () => {
    const many = Array.from({ length: 200 }, (_, n) => `many ${n}`)
    for (let times = 0; times < 6; times += 1) for (const id of ['p', ...many]) failAgain(id)
    const [p] = heads('p')
    for (let times = 0; times < 3; times += 1) {
      expect(suspects.restLeftMs(p!, now)).toBe(30_000)
      now += 30_000
      suspects.share([p!], 'any', now)
      failAgain('p')
    }
  })

  it('keeps its turn until it was tried, and for 30 s from the others', () => {
    for (let times = 0; times < 6; times += 1) for (const id of 'pq') failAgain(id)
    const [p, q] = heads('pq')
    now += 30_000
    expect(share('pq')).toBe('p')
    expect(suspects.restLeftMs(p!, now)).toBe(0)
    expect(suspects.restLeftMs(q!, now)).toBe(30_000)
  })

  it('is not to blame where the broker answered that it could not', () => {
    const fault = { class: 'not_enough_replicas', message: 'one of two' }
    for (let times = 0; times < 9; times += 1) {
      meet('x', sent)
      expect(meet('p', { kind: 'unavailable', fault, scope: 'broker' })).toBeUndefined()
    }
    expect(share('p', 'others')).toBe('')
    expect(suspects.restLeftMs(heads('p')[0]!, now)).toBe(0)
  })

  it('rests no longer for trials, which count no try in the table', () => {
    for (let times = 0; times < 9; times += 1) {
      meet('x', sent)
      expect(meet('p', away, true)).toBeUndefined()
    }
    expect(failAgain()).toBeUndefined()
    expect(failAgain()).toBe(2000)
    meet('x', sent)
    expect(meet('p', away, true)?.restMs).toBe(2000)
    expect(failAgain()).toBe(4000)
  })

  it('is counted with those like it, until their rests are long over', () => {
    const resting = (id: string) => {
      meet('x', sent)
      return meet(id, away)?.resting
    }
    resting('p')
    expect(resting('p')).toBe(1)
    resting('q')
    expect(resting('q')).toBe(2)
    now += 400_000
    expect(resting('q')).toBe(1)
  })
})
