/** Removes SENT rows in small steps; a trigger keeps what receipts say of them. */
import type { LaneTenure } from '../pipeline/ports'
import type { Database, Statement } from './database'

/** Rows of each lane in one step. */
const STEP = 50

// A lane is walked in the order of its numbers, from where the last step ended: no index on the time is needed. The walk goes
// on behind rows that may stay for long: FAILED ones, parked ones, and one that nothing could be written of, which is PENDING
// where the lane's low water says that no such row is left. It stays where a SENT row is too young, as one that was sent again
// may be for its whole retention; the rows of the step behind that one are removed all the same, up to one that is yet to be read.
const REMOVE_SENT: Statement = {
  name: 'relay-remove-sent',
  text: `
WITH owned AS MATERIALIZED (
  SELECT mine.lane, mine.after, l.low_water
    FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS mine (lane, token, after)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
), seen AS MATERIALIZED (
  SELECT w.*
    FROM owned
   CROSS JOIN LATERAL (
     SELECT e.lane, e.seq, e.id, e.is_old,
            bool_and(e.may_stay OR e.is_old) OVER so_far AS is_dealt_with,
            bool_and(e.may_stay OR e.status = 'SENT') OVER so_far AS was_read
       FROM (SELECT r.lane, r.seq, r.id, r.status,
                    r.status = 'SENT' AND r.sent_at < now() - $4 * interval '1 millisecond' AS is_old,
                    r.status = 'FAILED' OR r.status = 'PENDING' AND (r.parked OR r.seq <= owned.low_water) AS may_stay
               FROM event_outbox AS r
              WHERE r.lane = owned.lane AND r.seq > owned.after ORDER BY r.seq LIMIT ${STEP}) AS e
     WINDOW so_far AS (ORDER BY e.seq)
   ) AS w
   WHERE w.was_read
), gone AS (
  DELETE FROM event_outbox AS o USING seen
   WHERE o.lane = seen.lane AND o.seq = seen.seq AND o.id IS NOT DISTINCT FROM seen.id AND o.status = 'SENT'
     AND seen.is_old
     -- It FAILED before it was sent: its letter is made of the row. Passed all the same, for the topic may be away for long.
     AND NOT o.dead_letter_due
  RETURNING 1
)
SELECT lane, max(seq) FILTER (WHERE is_dealt_with) AS dealt_with, (SELECT count(*)::integer FROM gone) AS removed
  FROM seen GROUP BY lane`,
}

/** One step. @throws what the database throws */
export async function removeSent(
  database: Database,
  lanes: readonly (LaneTenure & { after: number })[],
  olderThanMs: number,
): Promise<{ removed: number; dealtWith: Map<number, number> }> {
  const records = await database.run<{ lane: number; dealt_with: string | null; removed: number }>(
    REMOVE_SENT,
    [
      lanes.map(({ lane }) => lane),
      lanes.map(({ token }) => token),
      lanes.map(({ after }) => after),
      olderThanMs,
    ],
  )
  return {
    removed: records[0]?.removed ?? 0,
    dealtWith: new Map(
      records.flatMap(({ lane, dealt_with: seq }) => (seq === null ? [] : [[lane, Number(seq)]])),
    ),
  }
}
