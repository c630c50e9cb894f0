/** Counts what is still to be sent of some lanes and what holds it up, without reading what has been. */
import type { Database, Statement } from './database'

// Above a lane's low water lies all that is fresh; below it only parked rows can be PENDING.
const BACKLOG: Statement = {
  name: 'relay-backlog',
  text: `
WITH open AS (
  SELECT o.created_at AS due_since, false AS parked, true AS pending
    FROM outbox_lanes AS l
   CROSS JOIN LATERAL (SELECT * FROM event_outbox AS e WHERE e.lane = l.lane AND e.seq > l.low_water) AS o
   WHERE l.lane = ANY ($1::smallint[]) AND o.status = 'PENDING' AND NOT o.parked
  UNION ALL
  SELECT CASE WHEN o.next_attempt_at IS NULL THEN NULL
              WHEN o.next_attempt_at <= now() THEN o.next_attempt_at END, true, o.status = 'PENDING'
    FROM event_outbox AS o
   WHERE o.parked AND o.lane = ANY ($1::smallint[])
     AND (o.status = 'PENDING' OR o.status = 'FAILED' AND NOT o.will_retry)
)
SELECT count(*) FILTER (WHERE pending)::integer AS pending,
       count(*) FILTER (WHERE pending AND parked)::integer AS parked,
       count(*) FILTER (WHERE NOT pending)::integer AS blocking,
       coalesce(extract(epoch FROM now() - min(due_since) FILTER (WHERE pending)), 0)::float8 AS oldest_due_seconds
  FROM open`,
}

interface BacklogRecord {
  pending: number
  parked: number
  blocking: number
  oldest_due_seconds: number
}

/** The backlog of `lanes`. @throws what the database throws */
export async function readBacklog(
  database: Database,
  lanes: readonly number[],
): Promise<{ pending: number; parked: number; blocking: number; oldestDueSeconds: number }> {
  const [row] = await database.run<BacklogRecord>(BACKLOG, [lanes])
  return {
    pending: row?.pending ?? 0,
    parked: row?.parked ?? 0,
    blocking: row?.blocking ?? 0,
    oldestDueSeconds: row?.oldest_due_seconds ?? 0,
  }
}
