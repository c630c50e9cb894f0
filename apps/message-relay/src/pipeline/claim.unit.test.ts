/** Whose turn it is: parked rows, fresh ones, and those that may be to blame for an outage. */
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
  const settings = { bounds: { rows: 10, bytes: 1000 }, failedKeyPolicy: 'skip' as const }
  const lanes = new Lanes()
  const inFlight = new InFlight()
  const suspects = new Suspects(settings.bounds.rows)
  lanes.renewed([{ lane: 1, token: '1', lowWater: 10 }], Infinity)
  const head = (key: string) => ({
    lane: 1,
    key,
    id: key,
    seq: 1,
    status: 'PENDING',
    attempts: 0,
    dueInMs: 0,
  })
  const reader = {
    parkedHeads: () => Promise.resolve(Array.from(parkedKeys).map(head) as ParkedHead[]),
    parkedRuns: (keys: readonly { key: string }[]) =>
      Promise.resolve({ rows: keys.map(({ key }) => row(key, true)), complete: true }),
    readRange: () =>
      Promise.resolve({
        rows: Array.from(freshKeys).map((key) => row(key, false)),
        blocked: [],
        lanes: new Map([[1, { readTo: 50, hasMore: false }]]),
        notHeld: new Set<number>(),
        snapshot: '9:9:',
      }),
  } as unknown as OutboxReader
  const clock = { monotonicMs: () => 0 } as Clock
  const claims = new Claims(reader, lanes, inFlight, new LateRows(), suspects, clock, settings)
  const next = async (...asked: Parameters<Claims['next']>): Promise<string> => {
    const { rows } = await claims.next(...asked)
    inFlight.remove(rows)
    return rows.map(({ key }) => key).join('')
  }
  const fail = (keys: string): void => {
    const fault = { class: 'connection', message: 'gone' }
    const attempt = { kind: 'unavailable', fault, scope: 'broker' } as const
    suspects.published(
      Array.from(keys).map((key) => ({ row: row(key, true), attempt })),
      true,
    )
    claims.brokerIsBack()
  }
  return { claims, next, fail }
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
  claims.brokerIsBack()
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
