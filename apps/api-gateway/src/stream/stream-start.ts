/** Where a stream begins: its position as text, and the way from there to what is new. */
import type { TailMoment } from './batch-reader'
import { missedBySession, missedByUser } from './catch-up'
import type { Frame } from './frames'
import type { Reads } from './limit-reads'
import { UNKNOWN_ID, type Shown } from './shown'
import { readSessionPosition, sessionPosition } from './session-position'
import {
  looksLikeUserPosition,
  positionScope,
  readUserPosition,
  writeUserPosition,
  type UserPosition,
} from './user-position'

export interface StreamStart {
  readonly position: string
  /** aggregate_version of the last event that is not to be shown; 0 where the stream has no one session. */
  readonly version: number
  /** What is to be shown up to `moment`, and from a session perhaps more. */
  missed(moment: TailMoment): AsyncGenerator<Frame>
  /** The start from where the catch-up to `moment` ended, with the last event of this version. */
  next(moment: TailMoment, version: number): StreamStart
}

/** The longest text that is looked at. */
const MAX_POSITION_LENGTH = 12_000

/** Whether the text can be a position of a stream of this session, or of all; the database may know better. */
export function isPosition(text: string, sessionId: string | undefined): boolean {
  if (text.length > MAX_POSITION_LENGTH) return false
  return sessionId === undefined
    ? looksLikeUserPosition(text)
    : readSessionPosition(sessionId, text) !== undefined
}

/**
 * The start of a stream of one session; undefined when the position is none of it.
 * @param known aggregate_version of its last event: where a stream begins that has no position
 */
export function startOfSession(
  reads: Reads,
  sessionId: string,
  position: string | undefined,
  known: number,
): StreamStart | undefined {
  const version = position === undefined ? known : readSessionPosition(sessionId, position)
  if (version === undefined || version > known) return undefined
  return sessionStart(reads, sessionId, version)
}

/** The start of a stream of all of a user's sessions; undefined when the position is none of it. */
export function startOfUser(
  reads: Reads,
  userId: string,
  position: string | undefined,
  moment: TailMoment,
): StreamStart | undefined {
  const scope = positionScope(moment.database, userId)
  if (position === undefined) return userStart(reads, userId, { seen: moment, floor: moment.floor }, moment)
  const read = readUserPosition(scope, position)
  // Of the future: this database was set back to an earlier point, and its ids come round again.
  if (!read || isLater(read.partly?.shown ?? read.seen, moment)) return undefined
  return userStart(reads, userId, read, moment)
}

function sessionStart(reads: Reads, sessionId: string, version: number): StreamStart {
  return {
    position: sessionPosition(sessionId, version),
    version,
    missed: () => missedBySession(reads, sessionId, version),
    next: (_moment, shown) => sessionStart(reads, sessionId, shown),
  }
}

function userStart(reads: Reads, userId: string, position: UserPosition, moment: TailMoment): StreamStart {
  return {
    position: writeUserPosition(positionScope(moment.database, userId), position),
    version: 0,
    missed: (until) => missedByUser(reads, userId, position, until),
    next: (reached) => userStart(reads, userId, { seen: reached, floor: reached.floor }, reached),
  }
}

// A crash sets the transaction ids back too, but no event that was seen is lost by it.
function isLater(shown: Shown, moment: TailMoment): boolean {
  if (shown.highestId !== UNKNOWN_ID) return shown.highestId > moment.highestId
  return shown.snapshot.xmax > moment.snapshot.xmax
}
