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

it('reads no lane that has rows of an earlier tenure in flight, for nobody goes back to them, but the others', async () => {
  const lanes = new Lanes()
  const inFlight = new InFlight()
  const of = (lane: number, token: string) => ({ ...row, id: `${lane}`, lane, token })
  inFlight.add(of(1, '1'))
  // Another relay owned lane 1 in between, and left it as it was.
  lanes.renewed(
    [
      { lane: 1, token: '3', lowWater: 4 },
      { lane: 2, token: '1', lowWater: 4 },
    ],
    Infinity,
  )
  const readRange = jest.fn((asked: Parameters<OutboxReader['readRange']>[0]) =>
    Promise.resolve({
      rows: asked.map(({ lane, token }) => of(lane, token)).filter(({ id }) => !inFlight.has(id)),
      blocked: [],
      lanes: new Map(asked.map(({ lane }) => [lane, { readTo: 5, hasMore: false }])),
      notHeld: new Set<number>(),
      snapshot: '9:9:',
    }),
  )
  const reader = { readRange } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, inFlight, new LateRows(), { rows: 10, bytes: 1000 })
  // It is read again when a settlement wakes the relay, not before.
  expect(await claims.beyond()).toEqual({ rows: [of(2, '1')], readOn: false })
  expect(await claims.beyond()).toEqual({ rows: [], readOn: false })
  expect(lanes.get(1)!.cursor).toBe(4)
  inFlight.remove([of(1, '1')])
  expect((await claims.beyond()).rows).toEqual([of(1, '3')])
  expect(lanes.get(1)!.cursor).toBe(5)
  expect(readRange.mock.calls.map(([asked]) => asked.map(({ lane }) => lane).sort())).toEqual([
    [2],
    [2],
    [1, 2],
  ])
})

it('does not take a row whose settlement ended during the read, though its cursor had gone back to it', async () => {
  const lanes = new Lanes()
  const inFlight = new InFlight()
  lanes.renewed([{ lane: 1, token: '1', lowWater: 4 }], Infinity)
  inFlight.add(row)
  const reader = {
    readRange: () => {
      inFlight.remove([row])
      return Promise.resolve({
        rows: [row],
        blocked: [],
        lanes: new Map([[1, { readTo: 5, hasMore: false }]]),
        notHeld: new Set<number>(),
        snapshot: '9:9:',
      })
    },
  } satisfies Partial<OutboxReader> as unknown as OutboxReader
  const claims = new CursorClaims(reader, lanes, inFlight, new LateRows(), { rows: 10, bytes: 1000 })
  expect((await claims.beyond()).rows).toEqual([])
  expect(lanes.get(1)!.cursor).toBe(5)
})

/** Lanes with `rows[lane]` PENDING rows each, numbered from `from[lane]` on, as a reader of an outbox has them. */
function outboxOf(rows: Record<number, { from: number; count: number }>): OutboxReader {
  const readRange: OutboxReader['readRange'] = (asked, perLane, { rows: most }) => {
    const found: ClaimedRow[] = []
    const lanes = new Map<number, { readTo: number; hasMore: boolean }>()
    for (const { lane, token, after } of asked) {
      const { from, count } = rows[lane] ?? { from: 0, count: 0 }
      const seqs = Array.from({ length: count }, (_, nth) => from + nth).filter((seq) => seq > after)
      const share = seqs.slice(0, Math.min(perLane, most - found.length))
      found.push(...share.map((seq) => ({ ...row, id: `${seq}`, key: `${lane}`, lane, token, seq })))
      if (share.length > 0) lanes.set(lane, { readTo: share.at(-1)!, hasMore: share.length < seqs.length })
      if (found.length >= most) break
      if (share.length === seqs.length) lanes.set(lane, { readTo: seqs.at(-1) ?? after, hasMore: false })
    }
    return Promise.resolve({ rows: found, blocked: [], lanes, notHeld: new Set<number>(), snapshot: '9:9:' })
  }
  return { readRange } satisfies Partial<OutboxReader> as unknown as OutboxReader
}

describe('a lane with a long backlog, far back', () => {
  const claimsOf = (lowWaters: number[], rows: Parameters<typeof outboxOf>[0]) => {
    const lanes = new Lanes()
    lanes.renewed(
      lowWaters.map((lowWater, lane) => ({ lane, token: '1', lowWater })),
      Infinity,
    )
    const reader = outboxOf(rows)
    return {
      lanes,
      claims: new CursorClaims(reader, lanes, new InFlight(), new LateRows(), { rows: 10, bytes: 1e6 }),
    }
  }

  it('does not keep out a lane that was read to its end and has a new row, two claims long', async () => {
    const rows = { 0: { from: 1, count: 1000 }, 1: { from: 5000, count: 1 } }
    const { lanes, claims } = claimsOf([0, 4000], rows)
    lanes.get(1)!.hasMore = false
    const taken = [...(await claims.beyond()).rows, ...(await claims.beyond()).rows]
    expect(taken.map(({ lane }) => lane)).toContain(1)
    // And once more, behind the other's cursor by far.
    rows[1].from = 6000
    const next = [...(await claims.beyond()).rows, ...(await claims.beyond()).rows]
    expect(next.map(({ seq }) => seq)).toContain(6000)
  })

  it('does not keep out another one that is ahead', async () => {
    const rows = {
      0: { from: 1, count: 1000 },
      1: { from: 5000, count: 1000 },
      2: { from: 8000, count: 1000 },
    }
    const { claims } = claimsOf([0, 4000, 7000], rows)
    const lanes = new Set<number>()
    for (let claim = 0; claim < 6; claim += 1) {
      for (const { lane } of (await claims.beyond()).rows) lanes.add(lane)
    }
    expect([...lanes].sort()).toEqual([0, 1, 2])
  })

  it('is not kept out by lanes that have new rows all the time', async () => {
    const rows = { 0: { from: 1, count: 1000 }, 1: { from: 5000, count: 10 } }
    const { lanes, claims } = claimsOf([0, 4999], rows)
    let taken = 0
    for (let claim = 0; claim < 6; claim += 1) {
      lanes.get(1)!.hasMore = false
      taken += (await claims.beyond()).rows.filter(({ lane }) => lane === 0).length
      rows[1].from += 10
    }
    expect(taken).toBeGreaterThanOrEqual(20)
  })
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
