/** Reads what a stream of one session needs: how far the session is, and its events after a version. */
import { statement, type Queryable } from '../database/statement'
import { EVENT_COLUMNS, toStreamEvent, type StreamEvent, type StreamEventRow } from './stream-event'

const selectVersion = statement<{ version: number }>(
  'stream-session-version',
  'SELECT version FROM genesis_sessions WHERE id = ?::uuid AND user_id = ?::text',
)

const selectEvents = statement<StreamEventRow>(
  'stream-session-events',
  `SELECT ${EVENT_COLUMNS}, e.metadata ->> 'user_id' AS owner
     FROM domain_events e
    WHERE e.aggregate_id = ?::text AND e.aggregate_type = 'GENESIS_SESSION' AND e.aggregate_version > ?::int
    ORDER BY e.aggregate_version LIMIT ?::int`,
)

/** aggregate_version of the last event; undefined when there is no such session of `owner`. */
export async function readSessionVersion(
  db: Queryable,
  sessionId: string,
  owner: string,
): Promise<number | undefined> {
  const [row] = await selectVersion(db, [sessionId, owner])
  return row?.version
}

/** At most `limit` events after `version`, in order. */
export async function readSessionEvents(
  db: Queryable,
  sessionId: string,
  version: number,
  limit: number,
): Promise<StreamEvent[]> {
  return (await selectEvents(db, [sessionId, version, limit])).map(toStreamEvent)
}
