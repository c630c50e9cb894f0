/**
 * A position in the stream of all of a user's sessions: which events were shown.
 *
 * No number can say that: an event with a smaller id may become visible later. So a position holds snapshots
 * (decision record 6): everything that `seen` shows, and of what `partly` shows beyond it the events up to an id.
 * Each comes with the highest id that it shows, for a server that crashes may give out transaction ids again.
 */
import { createHash } from 'node:crypto'
import { UNKNOWN_ID, type Shown } from './shown'
import { Snapshot } from './snapshot'
import { VarintReader, writeVarint } from './varint'

export interface UserPosition {
  readonly seen: Shown
  /** In the middle of what became visible between two snapshots. */
  readonly partly?: { readonly shown: Shown; readonly upTo: bigint }
  /** No event with this id or a smaller one can be new to `seen`: it only saves looking. */
  readonly floor: bigint
}

/** What a position is bound to: this user, and this database, for transaction ids mean nothing in another. */
export type PositionScope = Buffer

const KIND = 3
/** Without the highest ids, as positions were written at first. */
const OLD_KIND = 2
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
  writeShown(bytes, position.seen)
  if (position.partly) {
    writeVarint(bytes, position.partly.upTo)
    writeShown(bytes, position.partly.shown)
  }
  return Buffer.from(bytes).toString('base64url')
}

/** The position in `text`; undefined when it is none of this scope. */
export function readUserPosition(scope: PositionScope, text: string): UserPosition | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (!looksLikeUserPosition(text) || !bytes.subarray(1, 1 + SCOPE_BYTES).equals(scope)) return undefined
  const reader = new VarintReader(bytes.subarray(1 + SCOPE_BYTES))
  const readShown = bytes[0] === OLD_KIND ? readOldShown : readNewShown
  const floor = reader.next()
  const seen = readShown(reader)
  if (floor === undefined || floor > MAX_ID || !seen) return undefined
  if (reader.atEnd()) return { seen, floor }
  const upTo = reader.next()
  const shown = readShown(reader)
  if (upTo === undefined || upTo > MAX_ID || !shown || !reader.atEnd()) return undefined
  return { seen, partly: { shown, upTo }, floor }
}

/** Whether `text` could be a position at all: what can be told before the database is asked. */
export function looksLikeUserPosition(text: string): boolean {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text && (bytes[0] === KIND || bytes[0] === OLD_KIND)
}

const MAX_ID = (1n << 63n) - 1n

function writeShown(bytes: number[], { highestId, snapshot }: Shown): void {
  writeVarint(bytes, highestId)
  writeSnapshot(bytes, snapshot)
}

function readNewShown(reader: VarintReader): Shown | undefined {
  const highestId = reader.next()
  const snapshot = readSnapshot(reader)
  return highestId === undefined || highestId > MAX_ID || !snapshot ? undefined : { snapshot, highestId }
}

function readOldShown(reader: VarintReader): Shown | undefined {
  const snapshot = readSnapshot(reader)
  return snapshot && { snapshot, highestId: UNKNOWN_ID }
}

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
