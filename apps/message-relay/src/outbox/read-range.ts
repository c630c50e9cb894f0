/** Reads fresh rows of lanes in the order of their numbers, each lane from where its reader stands. */
import type { Bounds, ClaimedRow, LaneRange, RangeRead, RowRef } from '../pipeline/ports'
import type { Database, Statement } from './database'
import { KEY_HASH } from './key-hash'
import { BYTES, CLAIMED_COLUMNS, toClaimedRow, UNPACKED, type ClaimedRecord } from './claimed-row'

/** Rows looked at in one lane at most, whatever their status: millions of settled rows are passed in steps. */
export const LONGEST_LOOK = 2000

const LOOK = `(SELECT * FROM event_outbox AS r
                WHERE r.lane = owned.lane AND r.seq > owned.after
                  AND r.seq <= coalesce(owned.up_to, 9223372036854775807)
                ORDER BY r.seq LIMIT $7)`

// The bound on the bytes is kept twice: as they are stored before any payload is unpacked, and as they are sent,
// for what is stored may be compressed.
const READ_RANGE: Statement = {
  name: 'relay-read-range',
  text: `
WITH owned AS MATERIALIZED (
  SELECT mine.lane, mine.after, mine.up_to
    FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[])
           WITH ORDINALITY AS mine (lane, token, after, up_to, turn)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
   ORDER BY mine.turn
), found AS (
  SELECT o.*, count(o.id) OVER before AS rows_before, sum(o.stored) OVER before AS stored_before
    FROM owned
   CROSS JOIN LATERAL (
     (SELECT e.seq, e.lane, e.id, e.topic, e.key, e.payload, e.traceparent, e.created_at, e.attempts, e.last_error,
             nullif(EXISTS (SELECT FROM event_outbox AS earlier
                             WHERE earlier.parked AND earlier.lane = e.lane
                               AND ${KEY_HASH('earlier.key')} = ${KEY_HASH('e.key')}
                               AND earlier.key = e.key AND earlier.seq < e.seq), false) AS blocked,
             pg_column_size(e.payload) AS stored, NULL::bigint AS looked_at
        FROM ${LOOK} AS e
       WHERE e.status = 'PENDING' AND NOT e.parked AND e.id NOT IN (SELECT unnest($8::uuid[]))
       ORDER BY e.seq LIMIT $5)
     UNION ALL
     -- Only where the lane has not filled its share: how far it was read, be it claimable or not.
     SELECT max(e.seq), owned.lane, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
       FROM ${LOOK} AS e HAVING count(*) > 0
     LIMIT $5
   ) AS o
  WINDOW before AS (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
   -- How far a lane was read takes no place in the batch.
   LIMIT $6 + cardinality($1::smallint[])
), unpacked AS (
  SELECT f.seq, f.lane, f.id, f.topic, f.key, f.traceparent, f.created_at, f.attempts, f.last_error, f.blocked,
         f.stored, f.looked_at, ${UNPACKED('(CASE WHEN f.blocked IS NULL THEN f.payload END)')}
    FROM found AS f
   WHERE f.rows_before < $6 AND coalesce(f.stored_before, 0) < $9
  OFFSET 0 -- or the planner would turn a payload to text wherever its value is named
)
SELECT CASE WHEN f.bytes_before IS NULL THEN pg_current_snapshot()::text END AS snapshot,
       CASE WHEN f.bytes_before IS NULL THEN (SELECT array_agg(lane) FROM owned) END AS held,
       f.blocked, f.looked_at, ${CLAIMED_COLUMNS('f')}
  FROM (SELECT 1) AS always
  LEFT JOIN (
    SELECT *, ${BYTES} AS bytes, sum(${BYTES}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM unpacked
  ) AS f ON coalesce(f.bytes_before, 0) < $9`,
}

type RangeRecord =
  | (ClaimedRecord & {
      snapshot: string | null
      held: number[] | null
      blocked: true | null
      looked_at: null
    })
  /** The end of a lane's look, by number and by how many rows it looked at. */
  | { snapshot: string | null; held: number[] | null; lane: number; seq: string; looked_at: string }
  /** Nothing was found. */
  | { snapshot: string; held: number[] | null; lane: null; looked_at: null }

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
  const tokens = new Map(lanes.map(({ lane, token }) => [lane, token]))
  const rows: ClaimedRow[] = []
  const blocked: RowRef[] = []
  const read = new Map<number, { readTo: number; hasMore: boolean }>()
  let bytes = 0
  for (const record of records) {
    const { lane } = record
    if (lane === null) continue
    const seq = Number(record.seq)
    if (record.looked_at !== null) {
      read.set(lane, { readTo: seq, hasMore: Number(record.looked_at) >= LONGEST_LOOK })
      continue
    }
    const reached = read.get(lane)
    if (reached) reached.readTo = seq
    else read.set(lane, { readTo: seq, hasMore: true })
    const token = tokens.get(lane) ?? ''
    if (record.blocked) blocked.push({ lane, token, id: record.id, seq })
    else rows.push(toClaimedRow(record, token, false))
    bytes += record.bytes
  }
  // A claim that its bounds cut short did not reach the lanes behind the last one it read.
  const cut = rows.length + blocked.length >= bounds.rows || bytes >= bounds.bytes
  rows.sort((a, b) => a.seq - b.seq)
  const held = new Set(records[0]?.held)
  for (const { lane, after } of lanes) {
    if (!cut && held.has(lane) && !read.has(lane)) read.set(lane, { readTo: after, hasMore: false })
  }
  const notHeld = new Set(lanes.map(({ lane }) => lane).filter((lane) => !held.has(lane)))
  return { rows, blocked, lanes: read, notHeld, snapshot: records[0]?.snapshot ?? '' }
}
