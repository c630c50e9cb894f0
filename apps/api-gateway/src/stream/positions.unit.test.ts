/** Positions as text: read back as written, small, and refused when they are anything else. */
import fc from 'fast-check'
import { readSessionPosition, sessionPosition } from './session-position'
import { UNKNOWN_ID } from './shown'
import { Snapshot } from './snapshot'
import { isPosition } from './stream-start'
import { positionScope, readUserPosition, writeUserPosition, type UserPosition } from './user-position'

const snapshots = fc
  .tuple(fc.bigInt(1n, 1n << 40n), fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 }))
  .map(([xmin, offsets]) => {
    const running = offsets.sort((a, b) => a - b).map((offset) => xmin + BigInt(offset))
    const xmax = (running.at(-1) ?? xmin) + 1n
    return Snapshot.of(xmin, xmax, running)!
  })
const ids = fc.bigInt(0n, (1n << 63n) - 1n)
const shown = fc.record({ snapshot: snapshots, highestId: ids })
const positions: fc.Arbitrary<UserPosition> = fc.oneof(
  fc.record({ seen: shown, floor: ids }),
  fc.record({ seen: shown, floor: ids, partly: fc.record({ shown, upTo: ids }) }),
)
const scope = positionScope('1/2', 'ann')

describe('a position of a user', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(positions, (position) => {
        expect(readUserPosition(scope, writeUserPosition(scope, position))).toEqual(position)
      }),
    )
  })

  it('is none for another user, another database, or another kind of stream', () => {
    const text = writeUserPosition(scope, {
      seen: { snapshot: Snapshot.parse('5:9:5,7'), highestId: 4n },
      floor: 3n,
    })
    expect(readUserPosition(positionScope('1/2', 'bob'), text)).toBeUndefined()
    expect(readUserPosition(positionScope('1/3', 'ann'), text)).toBeUndefined()
    expect(isPosition(text, undefined)).toBe(true)
    expect(isPosition(text, '6f1c2f4e-6f0e-4f6a-9d52-0d5d0a2f3b11')).toBe(false)
  })

  it('is read as it was written at first, without the highest ids', () => {
    const old = (...bytes: number[]) => Buffer.from([2, ...scope, ...bytes]).toString('base64url')
    const seen = { snapshot: Snapshot.parse('5:9:5,7'), highestId: UNKNOWN_ID }
    expect(readUserPosition(scope, old(3, 5, 4, 2, 0, 2))).toEqual({ seen, floor: 3n })
    const partly = { shown: { snapshot: Snapshot.parse('6:12:'), highestId: UNKNOWN_ID }, upTo: 8n }
    expect(readUserPosition(scope, old(3, 5, 4, 2, 0, 2, 8, 6, 6, 0))).toEqual({ seen, floor: 3n, partly })
    expect(isPosition(old(3, 5, 4, 0), undefined)).toBe(true)
  })

  it('is refused when anything is cut off, added or changed into no snapshot', () => {
    fc.assert(
      fc.property(positions, fc.integer({ min: 1, max: 6 }), (position, cut) => {
        const bytes = Buffer.from(writeUserPosition(scope, position), 'base64url')
        const shorter = readUserPosition(scope, bytes.subarray(0, -cut).toString('base64url'))
        // A whole first half is a position too; never anything else.
        if (shorter) expect(shorter.partly).toBeUndefined()
        expect(
          readUserPosition(scope, Buffer.concat([bytes, Buffer.alloc(1, 5)]).toString('base64url')),
        ).toBeUndefined()
      }),
    )
  })

  it('never makes a reader throw', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3), fc.uint8Array({ maxLength: 200 }), (kind, bytes) => {
        const text = Buffer.concat([Buffer.from([kind]), scope, bytes]).toString('base64url')
        const seen = readUserPosition(scope, text)?.seen.snapshot
        if (seen) expect(Snapshot.parse(seen.toString())).toEqual(seen)
      }),
    )
  })

  it('fits a header with a hundred transactions under way', () => {
    const running = Array.from({ length: 100 }, (_, index) => 9_000_000_000n + BigInt(index * 3))
    const snapshot = Snapshot.of(9_000_000_000n, 9_000_000_400n, running)!
    const shown = { snapshot, highestId: 123_456_999n }
    const text = writeUserPosition(scope, {
      seen: shown,
      partly: { shown, upTo: 123_456_789n },
      floor: 123_456_000n,
    })
    expect(text.length).toBeLessThan(400)
  })
})

describe('a position of a session', () => {
  const session = '6f1c2f4e-6f0e-4f6a-9d52-0d5d0a2f3b11'

  it('is read back as it was written, for that session alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fff_ffff }), fc.uuid(), (version, other) => {
        const text = sessionPosition(session, version)
        expect(readSessionPosition(session, text)).toBe(version)
        expect(isPosition(text, session)).toBe(true)
        expect(readSessionPosition(other, text)).toBeUndefined()
      }),
    )
  })

  it.each([
    '',
    'x',
    '1',
    'AAAA',
    `${sessionPosition(session, 1)}A`,
    `${sessionPosition(session, 1)}=`,
    'A'.repeat(13_000),
  ])('is not %j', (text) => {
    expect(readSessionPosition(session, text)).toBeUndefined()
    expect(isPosition(text, session)).toBe(false)
  })

  it('holds no version beyond what a column holds', () => {
    const bytes = [
      ...Buffer.from(sessionPosition(session, 0), 'base64url').subarray(0, -1),
      0xff,
      0xff,
      0xff,
      0xff,
      0x7f,
    ]
    expect(readSessionPosition(session, Buffer.from(bytes).toString('base64url'))).toBeUndefined()
  })
})

describe('a snapshot', () => {
  it.each(['10:20:10,14,15', '10:10:', '1:7:1'])('%s is one', (text) => {
    expect(Snapshot.parse(text).toString()).toBe(text)
  })

  it.each([
    '',
    '10',
    '20:10:',
    '0:5:',
    '10:20:9',
    '10:20:20',
    '10:20:14,14',
    '10:20:15,14',
    '10:20:x',
    '1:99999999999999999999:',
  ])('%j is none', (text) => {
    expect(() => Snapshot.parse(text)).toThrow('not a snapshot')
  })
})
