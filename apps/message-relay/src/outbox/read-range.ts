/** Reads fresh rows of lanes in the order of their numbers, each lane from where its reader stands. */
import type { Bounds, ClaimedRow, LaneRange, RangeRead, RowRef } from '../pipeline/ports'
import type { Database, Statement } from './database'
import { CLAIMED_COLUMNS, toClaimedRow, type ClaimedRecord } from './claimed-row'

/** Rows looked at in one lane at most, whatever their status: millions of settled rows are passed in steps. */
export const LONGEST_LOOK = 2000

const READ_RANGE: Statement = {
  name: 'relay-read-range',
  text: `
WITH owned AS MATERIALIZED (
  SELECT mine.lane, mine.token, mine.after, mine.up_to
    FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[])
           WITH ORDINALITY AS mine (lane, token, after, up_to, turn)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
   ORDER BY mine.turn
), found AS (
  SELECT o.*, owned.token, count(*) FILTER (WHERE o.claimable) OVER (ROWS UNBOUNDED PRECEDING) AS claimables,
         sum(CASE WHEN o.claimable THEN o.bytes ELSE 0 END) OVER (ROWS UNBOUNDED PRECEDING) AS total
    FROM owned
   CROSS JOIN LATERAL (
     SELECT * FROM (
       SELECT e.id, e.seq, e.lane, e.topic, e.key, e.payload, e.traceparent, e.created_at, e.attempts, e.last_error, e.parked,
              pg_column_size(e.payload) AS bytes,
              e.status = 'PENDING' AND NOT e.parked AND e.id <> ALL ($8::uuid[]) AS claimable,
              row_number() OVER (ORDER BY e.seq) AS nth,
              lead(e.seq) OVER (ORDER BY e.seq) IS NULL AS last
         FROM (SELECT * FROM event_outbox AS r
                WHERE r.lane = owned.lane AND r.seq > owned.after
                  AND r.seq <= coalesce(owned.up_to, 9223372036854775807)
                ORDER BY r.seq LIMIT $7) AS e
     ) AS looked_at
     -- The last row looked at says how far the lane was read, claimable or not.
     WHERE claimable OR last
     ORDER BY seq LIMIT $5
   ) AS o
   -- A lane's last row says how far it was read and may be nothing to claim: it takes no place in the batch.
   LIMIT $6 + cardinality($1::smallint[])
)
SELECT CASE WHEN row_number() OVER () = 1 THEN pg_current_snapshot()::text END AS snapshot,
       f.seq, f.lane, f.token::text AS token, f.claimable, f.blocked, f.nth, f.last, f.id,
       ${CLAIMED_COLUMNS('f')}
  FROM (SELECT 1) AS always
  LEFT JOIN (
    SELECT found.*,
           claimable AND EXISTS (SELECT FROM event_outbox AS earlier
                                  WHERE earlier.parked AND earlier.lane = found.lane
                                    AND earlier.key = found.key AND earlier.seq < found.seq) AS blocked
      FROM found
     WHERE total - CASE WHEN claimable THEN bytes ELSE 0 END < $9
       AND claimables - CASE WHEN claimable THEN 1 ELSE 0 END < $6
  ) AS f ON true`,
}

interface RangeRecord extends ClaimedRecord {
  snapshot: string | null
  claimable: boolean | null
  blocked: boolean | null
  nth: string
  last: boolean
}

/** Rows of `lanes`, read in the order given until `bounds` are reached. @throws what the database throws */
export async function readRange(
  database: Database,
  lanes: readonly LaneRange[],
  perLane: number,
  bounds: Bounds,
  except: readonly string[],
): Promise<RangeRead> {
  const records = await database.run<RangeRecord>(READ_RANGE, [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
    lanes.map(({ after }) => after),
    lanes.map(({ upTo }) => upTo),
    perLane,
    bounds.rows,
    LONGEST_LOOK,
    except,
    bounds.bytes,
  ])
  const rows: ClaimedRow[] = []
  const blocked: RowRef[] = []
  const read = new Map<number, { readTo: number; hasMore: boolean }>()
  // A claim that its bounds cut short did not reach the lanes behind the last one it read.
  const found = records.filter((record) => record.claimable !== null)
  const bytes = found.reduce((sum, record) => sum + (record.claimable ? record.bytes : 0), 0)
  const cut = found.filter(({ claimable }) => claimable).length >= bounds.rows || bytes >= bounds.bytes
  for (const record of found) {
    const ref = { lane: record.lane, token: record.token, id: record.id, seq: Number(record.seq) }
    if (record.blocked) blocked.push(ref)
    else if (record.claimable) rows.push(toClaimedRow(record))
    if (ref.seq < (read.get(ref.lane)?.readTo ?? 0)) continue
    read.set(ref.lane, {
      readTo: ref.seq,
      hasMore: !record.last || Number(record.nth) >= LONGEST_LOOK,
    })
  }
  rows.sort((a, b) => a.seq - b.seq)
  if (!cut) {
    for (const { lane, after } of lanes) {
      if (!read.has(lane)) read.set(lane, { readTo: after, hasMore: false })
    }
  }
  return { rows, blocked, lanes: read, snapshot: records[0]?.snapshot ?? '' }
}
