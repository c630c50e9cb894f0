/** Reads the parked rows of keys that may go: from each key's first up to the first that may not. */
import type { Bounds, ClaimedRow, LaneTenure } from '../pipeline/ports'
import { BYTES, CLAIMED_COLUMNS, toClaimedRow, UNPACKED, type ClaimedRecord } from './claimed-row'
import type { Database, Statement } from './database'
import { KEY_HASH } from './key-hash'

const PARKED_RUNS: Statement = {
  name: 'relay-parked-runs',
  text: `
WITH owned AS MATERIALIZED (
  SELECT mine.lane, mine.key, mine.up_to, mine.turn
    FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::bigint[])
           WITH ORDINALITY AS mine (lane, token, key, up_to, turn)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
   ORDER BY mine.turn
), found AS (
  SELECT o.*, owned.turn, sum(o.stored) OVER before AS stored_before
    FROM owned
   CROSS JOIN LATERAL (
     SELECT * FROM (
       SELECT e.seq, e.lane, e.id, e.topic, e.key, e.payload, e.traceparent, e.created_at, e.attempts, e.last_error,
              pg_column_size(e.payload) AS stored,
              bool_and(e.status = 'PENDING' AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= now())
                       AND (e.attempts > 0 OR NOT $5::boolean)) OVER (ORDER BY e.seq) AS may_go
         FROM (SELECT * FROM event_outbox AS r
                WHERE r.parked AND r.lane = owned.lane AND ${KEY_HASH('r.key')} = ${KEY_HASH('owned.key')}
                  AND r.key = owned.key AND r.seq <= owned.up_to
                ORDER BY r.seq LIMIT $6) AS e
     ) AS run
     WHERE may_go
   ) AS o
  WINDOW before AS (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
   LIMIT $6
), unpacked AS (
  SELECT f.turn, f.seq, f.lane, f.id, f.topic, f.key, f.traceparent, f.created_at, f.attempts, f.last_error,
         f.stored, ${UNPACKED('f.payload')}
    FROM found AS f
   WHERE coalesce(f.stored_before, 0) < $7
  OFFSET 0 -- or the planner would turn a payload to text wherever its value is named
)
SELECT ${CLAIMED_COLUMNS('f')}
  FROM (
    SELECT *, ${BYTES} AS bytes, sum(${BYTES}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM unpacked
  ) AS f
 WHERE coalesce(f.bytes_before, 0) < $7
 ORDER BY f.turn, f.seq`,
}

/** Rows of `keys` in the order given. @throws what the database throws */
export async function parkedRuns(
  database: Database,
  keys: readonly (LaneTenure & { key: string; upTo: number })[],
  retriesOnly: boolean,
  bounds: Bounds,
): Promise<{ rows: ClaimedRow[]; complete: boolean }> {
  const records = await database.run<ClaimedRecord>(PARKED_RUNS, [
    keys.map(({ lane }) => lane),
    keys.map(({ token }) => token),
    keys.map(({ key }) => key),
    keys.map(({ upTo }) => upTo),
    retriesOnly,
    bounds.rows,
    bounds.bytes,
  ])
  const tokens = new Map(keys.map(({ lane, token }) => [lane, token]))
  const bytes = records.reduce((sum, record) => sum + record.bytes, 0)
  return {
    rows: records.map((record) => toClaimedRow(record, tokens.get(record.lane) ?? '', true)),
    complete: records.length < bounds.rows && bytes < bounds.bytes,
  }
}
