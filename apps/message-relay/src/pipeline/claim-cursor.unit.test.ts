/** What the cursor does when the world changes while it reads. */
import { CursorClaims } from './claim-cursor'
import { InFlight } from './in-flight'
import { Lanes } from './lanes'
import { LateRows } from './late-rows'
import type { ClaimedRow, OutboxReader } from './ports'

const row: ClaimedRow = {
  id: 'a',
  key: 'k',
  seq: 5,
  lane: 1,
  token: '1',
  topic: 't',
  value: '{}',
  eventId: 'e',
  eventType: null,
  traceparent: null,
  writtenAtMs: 0,
  attempts: 0,
  error: null,
  parked: false,
  bytes: 10,
}

it('does not pass a row that was handed back during the read, though the cursor stood before it already', async () => {
  const lanes = new Lanes()
  const inFlight = new InFlight()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 4 }], Infinity)
  inFlight.add(row)
  let handBack = true
  const reader = {
    readRange: () => {
      if (handBack) {
        handBack = false
        lanes.rewind(row)
        inFlight.remove([row])
      }
      const read = new Map([[1, { readTo: 5, hasMore: false }]])
      return Promise.resolve({
        rows: [row],
        blocked: [],
        lanes: read,
        notHeld: new Set<number>(),
        snapshot: '9:9:',
      })
    },
  } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, inFlight, new LateRows(), { rows: 10, bytes: 1000 })
  expect((await claims.beyond()).rows).toEqual([])
  expect(lanes.get(1)).toMatchObject({ cursor: 4, hasMore: true })
  expect((await claims.beyond()).rows).toEqual([row])
})

it('does not pass a row that was handed back while blocked rows were being parked', async () => {
  const lanes = new Lanes()
  const inFlight = new InFlight()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 5 }], Infinity)
  inFlight.add(row)
  const blocked = { lane: 1, token: '1', id: 'b', seq: 6 }
  const reader = {
    readRange: () =>
      Promise.resolve({
        rows: [],
        blocked: [blocked],
        lanes: new Map([[1, { readTo: 6, hasMore: false }]]),
        notHeld: new Set<number>(),
        snapshot: '9:9:',
      }),
    park: () => {
      lanes.rewind(row)
      inFlight.remove([row])
      return Promise.resolve()
    },
  } satisfies Partial<OutboxReader> as unknown as OutboxReader
  await new CursorClaims(reader, lanes, inFlight, new LateRows(), { rows: 10, bytes: 1000 }).beyond()
  expect(lanes.get(1)).toMatchObject({ cursor: 4, hasMore: true })
})

it('does not pass a row that it still has in flight from an earlier tenure of its lane, for nobody goes back to it', async () => {
  const lanes = new Lanes()
  const inFlight = new InFlight()
  inFlight.add(row)
  const blocked = { lane: 1, token: '3', id: 'b', key: 'l', seq: 6 }
  inFlight.add({ ...row, ...blocked, token: '1' })
  // Another relay owned it in between, and left it as it was.
  lanes.renewed([{ lane: 1, token: '3', lowWater: 4 }], Infinity)
  const now = { ...row, token: '3' }
  const read = {
    lanes: new Map([[1, { readTo: 6, hasMore: false }]]),
    notHeld: new Set<number>(),
    snapshot: '9:9:',
  }
  const answers = [
    () => ({ ...read, rows: [now], blocked: [] }),
    () => {
      // A settlement ends during the read.
      inFlight.remove([row])
      return { ...read, rows: [now], blocked: [] }
    },
    () => ({ ...read, rows: [], blocked: [blocked] }),
    () => ({ ...read, rows: [now], blocked: [blocked] }),
  ]
  const park = jest.fn(() => Promise.resolve())
  const reader = {
    readRange: () => Promise.resolve(answers.shift()!()),
    park,
  } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, inFlight, new LateRows(), { rows: 10, bytes: 1000 })
  // It is read again when a settlement wakes the relay, not before.
  for (let reads = 0; reads < 3; reads += 1) {
    expect(await claims.beyond()).toEqual({ rows: [], readOn: false })
  }
  expect(lanes.get(1)!.cursor).toBe(4)
  inFlight.remove([{ ...row, ...blocked, token: '1' }])
  expect((await claims.beyond()).rows).toEqual([now])
  expect(park).toHaveBeenCalledWith([blocked])
  expect(lanes.get(1)!.cursor).toBe(6)
})

it('takes no more late rows than it may take fresh ones', async () => {
  const lanes = new Lanes()
  const late = new LateRows()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 4 }], Infinity)
  const read = { rows: [], blocked: [], notHeld: new Set<number>() }
  const readRange = jest
    .fn<ReturnType<OutboxReader['readRange']>, Parameters<OutboxReader['readRange']>>()
    .mockResolvedValue({ ...read, lanes: new Map([[1, { readTo: 7, hasMore: false }]]), snapshot: '10:10:' })
    .mockResolvedValueOnce({
      ...read,
      lanes: new Map([[1, { readTo: 7, hasMore: false }]]),
      snapshot: '8:10:8',
    })
  const reader = { readRange } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, new InFlight(), late, { rows: 100, bytes: 1000 })
  await claims.beyond(10)
  await claims.beyond(10)
  expect(readRange).toHaveBeenCalledTimes(3)
  expect(readRange.mock.calls[2]).toMatchObject([[{ upTo: 7 }], 10, { rows: 10, bytes: 1000 }, []])
})

it('reads again what a look behind the cursor could not read because the lease had run out', async () => {
  const lanes = new Lanes()
  const late = new LateRows()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 4 }], Infinity)
  const read = { rows: [], blocked: [], notHeld: new Set<number>() }
  const unread = { ...read, lanes: new Map<number, never>(), notHeld: new Set([1]) }
  const answers = [
    // Transaction 8 runs while the cursor comes to 7; it ends, and meanwhile the lease has run out.
    { ...read, lanes: new Map([[1, { readTo: 7, hasMore: false }]]), snapshot: '8:10:8' },
    { ...unread, snapshot: '10:10:' },
    { ...unread, snapshot: '10:10:' },
  ]
  const reader = {
    readRange: () => Promise.resolve(answers.shift()!),
  } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, new InFlight(), late, { rows: 10, bytes: 1000 })
  await claims.beyond()
  expect(lanes.get(1)!.cursor).toBe(7)
  expect(await claims.beyond()).toEqual({ rows: [], readOn: false })
  expect(answers).toEqual([])
  expect(lanes.get(1)!.cursor).toBe(4)
})
