/**
 * A position in the stream of all of a user's sessions: which events were shown.
 *
 * No number can say that: an event with a smaller id may become visible later. So a position holds snapshots
 * (decision record 6): everything that `seen` shows, and of what `partly` shows beyond it the events up to an id.
 */
import { createHash } from 'node:crypto'
import { Snapshot } from './snapshot'
import { VarintReader, writeVarint } from './varint'

export interface UserPosition {
  readonly seen: Snapshot
  /** In the middle of what became visible between two snapshots. */
  readonly partly?: { readonly snapshot: Snapshot; readonly upTo: bigint }
  /** No event with this id or a smaller one can be new to `seen`: it only saves looking. */
  readonly floor: bigint
}

/** What a position is bound to: this user, and this database, for transaction ids mean nothing in another. */
export type PositionScope = Buffer

const KIND = 2
const SCOPE_BYTES = 8
const MAX_RUNNING = 10_000n

/** @param database tells this database from every other, a restored copy included */
export function positionScope(database: string, userId: string): PositionScope {
  return createHash('sha256').update(`${database}\n${userId}`).digest().subarray(0, SCOPE_BYTES)
}

/** The opaque text of a position. */
export function writeUserPosition(scope: PositionScope, position: UserPosition): string {
  const bytes = [KIND, ...scope]
  writeVarint(bytes, position.floor)
  writeSnapshot(bytes, position.seen)
  if (position.partly) {
    writeVarint(bytes, position.partly.upTo)
    writeSnapshot(bytes, position.partly.snapshot)
  }
  return Buffer.from(bytes).toString('base64url')
}

/** The position in `text`; undefined when it is none of this scope. */
export function readUserPosition(scope: PositionScope, text: string): UserPosition | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (!looksLikeUserPosition(text) || !bytes.subarray(1, 1 + SCOPE_BYTES).equals(scope)) return undefined
  const reader = new VarintReader(bytes.subarray(1 + SCOPE_BYTES))
  const floor = reader.next()
  const seen = readSnapshot(reader)
  if (floor === undefined || floor > MAX_ID || !seen) return undefined
  if (reader.atEnd()) return { seen, floor }
  const upTo = reader.next()
  const snapshot = readSnapshot(reader)
  if (upTo === undefined || upTo > MAX_ID || !snapshot || !reader.atEnd()) return undefined
  return { seen, partly: { snapshot, upTo }, floor }
}

/** Whether `text` could be a position at all: what can be told before the database is asked. */
export function looksLikeUserPosition(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text && bytes[0] === KIND
}

const MAX_ID = (1n << 63n) - 1n

function writeSnapshot(bytes: number[], { xmin, xmax, running }: Snapshot): void {
  writeVarint(bytes, xmin)
  writeVarint(bytes, xmax - xmin)
  writeVarint(bytes, BigInt(running.length))
  let previous = xmin
  for (const xid of running) {
    writeVarint(bytes, xid - previous)
    previous = xid
  }
}

function readSnapshot(reader: VarintReader): Snapshot | undefined {
  const xmin = reader.next()
  const span = reader.next()
  const count = reader.next()
  if (xmin === undefined || span === undefined || count === undefined || count > MAX_RUNNING) return undefined
  const running: bigint[] = []
  let previous = xmin
  for (let index = 0n; index < count; index += 1n) {
    const step = reader.next()
    if (step === undefined) return undefined
    previous += step
    running.push(previous)
  }
  return Snapshot.of(xmin, xmin + span, running)
}
