/** Removes SENT rows in small steps; a trigger keeps what receipts say of them. */
import type { LaneTenure } from '../pipeline/ports'
import type { Database, Statement } from './database'

/** Rows of each lane in one step. */
const STEP = 50

// A lane is walked in the order of its numbers, from where the last step ended: no index on the time is needed,
// and the walk ends at the first row that is too young. A parked row, which may wait for long, is passed like a FAILED one,
// and so is one that nothing could be written of: it is PENDING where the lane's low water says that no such row is left.
const REMOVE_SENT: Statement = {
  name: 'relay-remove-sent',
  text: `
WITH owned AS MATERIALIZED (
  SELECT mine.lane, mine.after, l.low_water
    FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS mine (lane, token, after)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
), passed AS MATERIALIZED (
  SELECT w.*
    FROM owned
   CROSS JOIN LATERAL (
     SELECT e.lane, e.seq, e.id, e.status,
            bool_and(e.status = 'FAILED' OR e.status = 'PENDING' AND (e.parked OR e.seq <= owned.low_water)
                     OR e.status = 'SENT' AND e.sent_at < now() - $4 * interval '1 millisecond')
              OVER (ORDER BY e.seq) AS may_pass
       FROM (SELECT * FROM event_outbox AS r
              WHERE r.lane = owned.lane AND r.seq > owned.after ORDER BY r.seq LIMIT ${STEP}) AS e
   ) AS w
   WHERE w.may_pass
), gone AS (
  DELETE FROM event_outbox AS o USING passed
   WHERE o.lane = passed.lane AND o.seq = passed.seq AND o.id IS NOT DISTINCT FROM passed.id AND o.status = 'SENT'
     AND passed.status = 'SENT'
     -- It FAILED before it was sent: its letter is made of the row. Passed all the same, for the topic may be away for long.
     AND NOT o.dead_letter_due
  RETURNING 1
)
SELECT lane, max(seq) AS dealt_with, (SELECT count(*)::integer FROM gone) AS removed FROM passed GROUP BY lane`,
}

/** One step. @throws what the database throws */
export async function removeSent(
  database: Database,
  lanes: readonly (LaneTenure & { after: number })[],
  olderThanMs: number,
): Promise<{ removed: number; dealtWith: Map<number, number> }> {
  const records = await database.run<{ lane: number; dealt_with: string; removed: number }>(REMOVE_SENT, [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
    lanes.map(({ after }) => after),
    olderThanMs,
  ])
  return {
    removed: records[0]?.removed ?? 0,
    dealtWith: new Map(records.map(({ lane, dealt_with: seq }) => [lane, Number(seq)])),
  }
}
