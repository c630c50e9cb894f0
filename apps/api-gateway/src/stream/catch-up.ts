/** Fetches from the table what a stream has to show before it is live, page by page. */
import type { TailMoment } from './batch-reader'
import { eventFrame, type Frame } from './frames'
import type { Reads } from './limit-reads'
import { readEvents, readMissedIds } from './read-missed-events'
import { readSessionEvents } from './read-session-events'
import { sessionPosition } from './session-position'
import type { Shown } from './shown'
import { positionScope, writeUserPosition, type UserPosition } from './user-position'

export interface PageSizes {
  /** Events fetched at once: what a slow reader keeps in memory. */
  readonly events: number
  /** Ids found at once. */
  readonly ids: number
}

export const PAGE_SIZES: PageSizes = { events: 50, ids: 5_000 }

/** The session's events after `version`. */
export async function* missedBySession(
  reads: Reads,
  sessionId: string,
  version: number,
  sizes: PageSizes = PAGE_SIZES,
): AsyncGenerator<Frame> {
  for (let after = version; ;) {
    const events = await reads.readOne((db) => readSessionEvents(db, sessionId, after, sizes.events))
    for (const event of events) yield eventFrame(sessionPosition(sessionId, event.version), event)
    const last = events.at(-1)
    if (!last || events.length < sizes.events) return
    after = last.version
  }
}

/** The events of all of a user's sessions after `position`, up to `until`. */
export async function* missedByUser(
  reads: Reads,
  userId: string,
  position: UserPosition,
  until: TailMoment,
  sizes: PageSizes = PAGE_SIZES,
): AsyncGenerator<Frame> {
  const scope = positionScope(until.database, userId)
  // First the rest of what became visible between the position's own snapshots: an id means nothing beyond them.
  const spans: { since: Shown; until: Shown; after: bigint }[] = []
  const { seen, partly, floor } = position
  if (partly) spans.push({ since: seen, until: partly.shown, after: max(partly.upTo, floor) })
  spans.push({ since: partly?.shown ?? seen, until, after: floor })

  for (const span of spans) {
    // A stream that begins now, or returns before anything happened, costs no question.
    if (
      String(span.since.snapshot) === String(span.until.snapshot) &&
      span.since.highestId >= span.until.highestId
    )
      continue
    for await (const event of missedInSpan(reads, userId, span, sizes)) {
      const shown: UserPosition = {
        seen: span.since,
        partly: { shown: span.until, upTo: event.id },
        floor,
      }
      yield eventFrame(writeUserPosition(scope, shown), event)
    }
  }
}

async function* missedInSpan(
  reads: Reads,
  userId: string,
  span: { since: Shown; until: Shown; after: bigint },
  sizes: PageSizes,
) {
  for (let { after } = span; ;) {
    const ids = await reads.readOne((db) => readMissedIds(db, userId, { ...span, after }, sizes.ids))
    for (let at = 0; at < ids.length; at += sizes.events)
      yield* await reads.readOne((db) => readEvents(db, ids.slice(at, at + sizes.events)))
    const last = ids.at(-1)
    if (last === undefined || ids.length < sizes.ids) return
    after = BigInt(last)
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
