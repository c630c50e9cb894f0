/** Counts what is still to be sent of some lanes, without reading what has been. */
import type { Database, Statement } from './database'

// Above a lane's low water lies all that is fresh; below it only parked rows can be PENDING.
const BACKLOG: Statement = {
  name: 'relay-backlog',
  text: `
WITH open AS (
  SELECT o.created_at AS due_since, false AS parked
    FROM outbox_lanes AS l
   CROSS JOIN LATERAL (SELECT * FROM event_outbox AS e WHERE e.lane = l.lane AND e.seq > l.low_water) AS o
   WHERE l.lane = ANY ($1::smallint[]) AND o.status = 'PENDING' AND NOT o.parked
  UNION ALL
  SELECT CASE WHEN o.next_attempt_at IS NULL THEN NULL
              WHEN o.next_attempt_at <= now() THEN o.next_attempt_at END, true
    FROM event_outbox AS o
   WHERE o.parked AND o.lane = ANY ($1::smallint[]) AND o.status = 'PENDING'
)
SELECT count(*)::integer AS pending, count(*) FILTER (WHERE parked)::integer AS parked,
       coalesce(extract(epoch FROM now() - min(due_since)), 0)::float8 AS oldest_due_seconds
  FROM open`,
}

/** The backlog of `lanes`. @throws what the database throws */
export async function readBacklog(
  database: Database,
  lanes: readonly number[],
): Promise<{ pending: number; parked: number; oldestDueSeconds: number }> {
  const [row] = await database.run<{ pending: number; parked: number; oldest_due_seconds: number }>(BACKLOG, [
    lanes,
  ])
  return {
    pending: row?.pending ?? 0,
    parked: row?.parked ?? 0,
    oldestDueSeconds: row?.oldest_due_seconds ?? 0,
  }
}
