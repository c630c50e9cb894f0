/** Whose turn it is: parked rows, fresh ones, and those that may be to blame for an outage. */
import type { Attempt } from '../policy/outcome'
import type { ParkedHead } from '../policy/parked-keys'
import { Claims } from './claim'
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import type { ClaimedRow, Clock, OutboxReader } from './ports'
import { Suspects } from './suspects'

const row = (key: string, parked: boolean): ClaimedRow =>
  ({ id: key, key, seq: parked ? 1 : 50, lane: 1, token: '1', attempts: 0, parked, bytes: 1 }) as ClaimedRow

/** One lane with parked and fresh rows, one for each key; a claimed row is settled at once. */
function claimsOver(parkedKeys: string, freshKeys: string) {
  const failedKeys = new Set<string>()
  const settings = { bounds: { rows: 10, bytes: 1000 }, failedKeyPolicy: 'skip' as const }
  const lanes = new Lanes()
  const inFlight = new InFlight()
  const suspects = new Suspects(settings.bounds)
  let nowMs = 0
  let parked = Array.from(parkedKeys)
  lanes.renewed([{ lane: 1, token: '1', lowWater: 10 }], Infinity)
  const head = (key: string) => ({
    lane: 1,
    key,
    id: key,
    seq: 1,
    status: failedKeys.has(key) ? 'FAILED' : 'PENDING',
    attempts: 0,
    dueInMs: 0,
    willRetry: failedKeys.has(key),
  })
  const reader = {
    parkedHeads: () => Promise.resolve(parked.map(head) as ParkedHead[]),
    parkedRuns: (keys: readonly { key: string }[]) =>
      Promise.resolve({ rows: keys.map(({ key }) => row(key, true)), complete: true }),
    setBack: (rows: readonly { id: string }[]) => {
      rows.forEach(({ id }) => failedKeys.delete(id))
      return Promise.resolve(rows.length)
    },
    readRange: () =>
      Promise.resolve({
        rows: Array.from(freshKeys).map((key) => row(key, false)),
        blocked: [],
        lanes: new Map([[1, { readTo: 50, hasMore: false }]]),
        notHeld: new Set<number>(),
        snapshot: '9:9:',
      }),
  } as unknown as OutboxReader
  const clock = { monotonicMs: () => nowMs } as Clock
  const claims = new Claims(reader, lanes, inFlight, new LateRows(), suspects, clock, settings)
  const next = async (...asked: Parameters<Claims['next']>): Promise<string> => {
    const { rows } = await claims.next(...asked)
    inFlight.remove(rows)
    return rows.map(({ key }) => key).join('')
  }
  const learn = (keys: string, attempt: Attempt, trial: boolean): void => {
    const attempted = Array.from(keys).map((key) => ({ row: row(key, true), attempt }))
    suspects.published(attempted, trial, nowMs)
  }
  const fail = (keys: string, trial = true, wasOutage = true): void => {
    learn(
      keys,
      { kind: 'unavailable', fault: { class: 'connection', message: 'gone' }, scope: 'broker' },
      trial,
    )
    claims.brokerIsBack(wasOutage)
  }
  const send = (keys: string): void => {
    learn(keys, { kind: 'sent', partition: 0, offset: '0' }, false)
    parked = parked.filter((key) => !keys.includes(key))
    claims.parked.lookAt(nowMs)
  }
  /** An outage failed them: they are to be set back. */
  const failed = (keys: string): void => Array.from(keys).forEach((key) => failedKeys.add(key))
  const pass = (ms: number): void => void (nowMs += ms)
  return { claims, inFlight, next, fail, send, failed, pass }
}

it('takes parked rows and fresh ones turn and turn about', async () => {
  const { claims, next } = claimsOver('a', 'f')
  expect(await next('closed')).toBe('a')
  claims.parked.lookAt(0)
  expect(await next('closed')).toBe('f')
  expect(await next('closed')).toBe('a')
})

it('begins with what the outage failed when the broker is back, whoever had the turn before', async () => {
  const { claims, next } = claimsOver('a', 'f')
  expect(await next('closed')).toBe('a')
  claims.brokerIsBack(true)
  expect(await next('half_open')).toBe('a')
})

it('follows a trial that failed with one of other keys: parked ones, then fresh ones, then the suspects alone', async () => {
  const all = claimsOver('abc', 'f')
  all.fail('ab')
  expect(await all.next('half_open')).toBe('c')
  const fresh = claimsOver('ab', 'f')
  fresh.fail('ab')
  expect(await fresh.next('half_open')).toBe('f')
  const alone = claimsOver('ab', '')
  alone.fail('ba')
  expect(await alone.next('half_open')).toBe('b')
  alone.fail('b')
  expect(await alone.next('half_open')).toBe('a')
})

it('takes no fresh rows between the small portions of what an outage failed, nor while it is set back', async () => {
  const { next, fail, send, failed } = claimsOver('abcdefghijklmnopqrstuvwxyz', 'F')
  fail('abcdefghijklmnopqrstuvwxyz', false)
  failed('abcdefghijklmnopqrstuvwxyz')
  const batches: string[] = []
  for (let times = 0; times < 8; times += 1) {
    const keys = await next('closed')
    batches.push(keys)
    send(keys)
  }
  // Set back; portions; from a full batch on turn and turn about.
  expect(batches).toEqual(['', 'a', 'bc', 'defg', 'hijklmno', 'pqrstuvwxy', 'F', 'z'])
})

it('keeps fresh rows waiting for no record that no broker answers for', async () => {
  const { next, fail, send, pass } = claimsOver('p', 'F')
  for (let times = 0; times < 2; times += 1) {
    expect(await next('half_open')).toBe('p')
    fail('p', false)
    send('F')
  }
  expect(await next('half_open')).toBe('F')
  expect(await next('closed')).toBe('F')
  pass(1999)
  expect(await next('closed')).toBe('F')
  pass(1)
  expect(await next('closed')).toBe('p')
  expect(await next('closed')).toBe('F')
})

it('takes turns as ever where it was no outage for certain: then a record may be to blame', async () => {
  const { claims, next, fail } = claimsOver('abc', 'F')
  fail('abc', false, false)
  expect(await next('closed')).toBe('a')
  claims.parked.lookAt(0)
  expect(await next('closed')).toBe('F')
})

it('looks again for a key whose failure is settled while it looks: no settlement need follow', async () => {
  const { claims, inFlight, next } = claimsOver('a', '')
  const failed = row('a', false)
  inFlight.hold(failed, 'failed')
  const looking = next('closed')
  inFlight.holdIsVisible(failed)
  expect(await looking).toBe('')
  expect(claims.parked.dueInMs(0)).toBe(0)
  expect(await next('closed')).toBe('a')
})
