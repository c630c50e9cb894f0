/** Late commits: nothing that becomes visible behind the cursor is missed, and nothing is read for nothing. */
import fc from 'fast-check'
import {
  coveredUpTo,
  MAX_BOUNDARIES,
  noteBoundary,
  NOTHING_KNOWN,
  nothingAppearsUpTo,
  parseSnapshot,
  sweepFrom,
  type Boundary,
  type LateCommits,
  type Snapshot,
} from './late-commits'

describe('parseSnapshot', () => {
  it('reads what PostgreSQL writes', () => {
    expect(parseSnapshot('10:20:10,14')).toEqual({ xmin: 10n, xmax: 20n, running: [10n, 14n] })
    expect(parseSnapshot('10:10:')).toEqual({ xmin: 10n, xmax: 10n, running: [] })
  })
  it('throws at anything else', () => {
    expect(() => parseSnapshot('')).toThrow('not a snapshot')
  })
})

describe('a look behind the cursor', () => {
  const at = (text: string): Snapshot => parseSnapshot(text)
  const known = coveredUpTo(noteBoundary(NOTHING_KNOWN, { xid: 5n, seq: 100 }), at('10:12:10'))

  it('is not taken while no transaction ended', () => {
    expect(sweepFrom(known, at('10:12:10'))).toBeUndefined()
    // 12 to 14 began and still run
    expect(sweepFrom(known, at('10:15:10,12,13,14'))).toBeUndefined()
  })
  it('begins above what had been seen before the oldest transaction that ended began', () => {
    expect(sweepFrom(known, at('12:12:'))).toBe(100)
    const later = noteBoundary(known, { xid: 11n, seq: 500 })
    expect(sweepFrom(later, at('10:13:10'))).toBe(500)
    expect(sweepFrom(later, at('13:13:'))).toBe(100)
  })
  it("is not taken for the relay's own transactions, which bring no row", () => {
    const own = noteBoundary(known, { xid: 12n, seq: 700 })
    expect(sweepFrom(own, at('10:13:10'))).toBeUndefined()
    expect(sweepFrom(own, at('10:14:10'))).toBe(700)
    expect(coveredUpTo(own, at('10:13:10')).own).toEqual([])
  })
  it('begins at the beginning when nothing older is known', () => {
    expect(sweepFrom(coveredUpTo(NOTHING_KNOWN, at('10:12:10')), at('12:12:'))).toBe(0)
  })
  it('is not taken before the first claim', () => {
    expect(sweepFrom(NOTHING_KNOWN, at('12:12:'))).toBeUndefined()
    expect(nothingAppearsUpTo(NOTHING_KNOWN)).toBe(0)
  })
})

it('keeps few boundaries, whatever a stranger holds open', () => {
  let state = coveredUpTo(noteBoundary(NOTHING_KNOWN, { xid: 1n, seq: 1 }), parseSnapshot('2:3:2'))
  for (let n = 3; n < 5000; n += 1) state = noteBoundary(state, { xid: BigInt(n), seq: n })
  expect(state.boundaries.length).toBeLessThanOrEqual(MAX_BOUNDARIES)
  expect(sweepFrom(state, parseSnapshot('5001:5001:'))).toBe(1)
})

/** A server with transactions that take an id, then numbers, then end, and a relay that reads beside them. */
interface Row {
  seq: number
  xid: bigint
}
interface Step {
  do: 'begin' | 'insert' | 'end' | 'relay' | 'own begins' | 'own ends' | 'own is known' | 'stranger'
  pick: number
}

class Server {
  nextXid = 3n
  nextSeq = 1
  readonly running: bigint[] = []
  readonly own: bigint[] = []
  readonly ended = new Set<bigint>()
  readonly rows: Row[] = []

  begin(): bigint {
    const xid = this.nextXid++
    this.running.push(xid)
    return xid
  }
  /** A transaction that inserts nothing. */
  beginOwn(): bigint {
    const xid = this.nextXid++
    this.own.push(xid)
    return xid
  }
  isOpen(xid: bigint): boolean {
    return !this.ended.has(xid)
  }
  end(xid: bigint): void {
    this.running.splice(this.running.indexOf(xid), 1)
    this.ended.add(xid)
  }
  /** As PostgreSQL makes it: xmax is one above the latest that ended, though later ids may be given out. */
  snapshot(): Snapshot {
    const xmax = [...this.ended].reduce((most, xid) => (xid > most ? xid : most), 2n) + 1n
    const open = [...this.running, ...this.own.filter((xid) => this.isOpen(xid))]
    const running = open.filter((xid) => xid < xmax)
    return { xmin: running.reduce((least, xid) => (xid < least ? xid : least), xmax), xmax, running }
  }
  visible(): Row[] {
    return this.rows.filter(({ xid }) => this.ended.has(xid))
  }
}

it('misses no row and promises nothing that does not hold, whatever the order of begins, inserts and ends', () => {
  const step = fc.record({
    do: fc.constantFrom<Step['do'][]>(
      'begin',
      'insert',
      'insert',
      'end',
      'relay',
      'relay',
      'own begins',
      'own ends',
      'own is known',
      'stranger',
    ),
    pick: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const server = new Server()
      let state: LateCommits = NOTHING_KNOWN
      let cursor = 0
      const relayed = new Set<number>()
      const relay = (): void => {
        const now = server.snapshot()
        const from = sweepFrom(state, now)
        for (const { seq } of server.visible()) {
          if (seq > cursor || (from !== undefined && seq > from)) relayed.add(seq)
        }
        cursor = Math.max(cursor, ...server.visible().map(({ seq }) => seq))
        state = coveredUpTo(state, now)
        const missed = server.visible().filter(({ seq }) => !relayed.has(seq))
        expect(missed).toEqual([])
      }
      const promises: number[] = []
      // A transaction of the relay: begun, ended, and heard of only later.
      const own: Boundary[] = []
      for (const { do: what, pick } of steps) {
        const xid = server.running[pick % Math.max(server.running.length, 1)]
        if (what === 'begin' || what === 'stranger') server.begin()
        else if (what === 'insert' && xid !== undefined) {
          const seq = server.nextSeq++
          for (const promise of promises) expect(seq).toBeGreaterThan(promise)
          server.rows.push({ seq, xid })
        } else if (what === 'end' && xid !== undefined) {
          server.end(xid)
        } else if (what === 'relay') {
          relay()
          const promise = nothingAppearsUpTo(state)
          promises.push(promise)
          for (const { seq, xid: owner } of server.rows) {
            if (!server.ended.has(owner)) expect(seq).toBeGreaterThan(promise)
          }
        } else if (what === 'own begins' && own.length === 0) {
          const seq = cursor
          own.push({ xid: server.beginOwn(), seq })
        } else if (what === 'own ends' && own[0] && server.isOpen(own[0].xid)) {
          server.ended.add(own[0].xid)
        } else if (what === 'own is known' && own[0] && !server.isOpen(own[0].xid)) {
          state = noteBoundary(state, own.pop()!)
        }
      }
      for (const xid of [...server.running]) server.end(xid)
      relay()
    }),
    { numRuns: 400 },
  )
})
