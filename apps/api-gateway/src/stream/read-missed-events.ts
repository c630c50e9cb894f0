/** Reads the events of a user's sessions that a resumed stream has not shown yet. */
import type { Queryable } from '../database/statement'
import { statement } from '../database/statement'
import { isShown, type Shown } from './shown'
import {
  EVENT_COLUMNS,
  OWNER_OF_EVENT,
  toStreamEvent,
  type StreamEvent,
  type StreamEventRow,
} from './stream-event'

// By the user's sessions, or by the ids where only the latest are missing: PostgreSQL knows which is less.
const selectIds = statement<{ id: string }>(
  'missed-event-ids',
  `WITH newest AS MATERIALIZED (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax)
   SELECT e.id
     FROM genesis_sessions mine
     JOIN domain_events e ON e.aggregate_id = mine.id::text AND e.aggregate_type = 'GENESIS_SESSION'
    CROSS JOIN newest
    WHERE mine.user_id = ?::text AND e.id > ?::bigint AND ${OWNER_OF_EVENT} = mine.user_id
      AND ${isShown('?', '?')}
      AND NOT ${isShown('?', '?')}
    ORDER BY e.id LIMIT ?::int`,
)

const selectEvents = statement<StreamEventRow>(
  'missed-events',
  `SELECT ${EVENT_COLUMNS}, ${OWNER_OF_EVENT} AS owner
     FROM domain_events e WHERE e.id = ANY (?::bigint[]) ORDER BY e.id`,
)

/**
 * The ids of the user's events that `until` shows and `since` does not, above `after`, in order.
 * @param limit how many at most
 */
export async function readMissedIds(
  db: Queryable,
  userId: string,
  { since, until, after }: { since: Shown; until: Shown; after: bigint },
  limit: number,
): Promise<string[]> {
  const bounds = [until, since].flatMap(({ highestId, snapshot }) => [String(highestId), snapshot.toString()])
  const rows = await selectIds(db, [userId, String(after), ...bounds, limit])
  return rows.map(({ id }) => id)
}

/** These events, in order. */
export async function readEvents(db: Queryable, ids: readonly string[]): Promise<StreamEvent[]> {
  return (await selectEvents(db, [ids])).map(toStreamEvent)
}
