/** Reads the events of a user's sessions that a resumed stream has not shown yet. */
import type { Queryable } from '../database/statement'
import { statement } from '../database/statement'
import type { Snapshot } from './snapshot'
import {
  EVENT_COLUMNS,
  OWNER_OF_EVENT,
  toStreamEvent,
  WRITER_OF_EVENT,
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
      AND pg_visible_in_snapshot(${WRITER_OF_EVENT}, ?::pg_snapshot)
      AND NOT pg_visible_in_snapshot(${WRITER_OF_EVENT}, ?::pg_snapshot)
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
  { since, until, after }: { since: Snapshot; until: Snapshot; after: bigint },
  limit: number,
): Promise<string[]> {
  const rows = await selectIds(db, [userId, String(after), until.toString(), since.toString(), limit])
  return rows.map(({ id }) => id)
}

/** These events, in order. */
export async function readEvents(db: Queryable, ids: readonly string[]): Promise<StreamEvent[]> {
  return (await selectEvents(db, [ids])).map(toStreamEvent)
}
