/** Counts what is still to be sent of some lanes and what holds it up, without reading what has been. */
import type { Database, Statement } from './database'

export interface Backlog {
  /** Rows that are to be sent. */
  readonly pending: number
  /** Of those that may go now, how long the oldest has waited. */
  readonly oldestDueSeconds: number
  /** Rows that wait for a retry or behind another row. */
  readonly parked: number
  /** Rows that FAILED for their own fault and hold the later rows of their key. */
  readonly blocking: number
  /** Rows that FAILED for their own fault and that nobody has sent again or dropped. */
  readonly undecided: number
}

// Where a lane was dealt with only parked rows are PENDING. Not from its low water, which stays behind while anybody's write
// is open: the SENT rows of hours would be passed one by one.
const FRESH = `FROM event_outbox AS e
              WHERE e.lane = mine.lane AND e.seq > mine.up_to AND e.status = 'PENDING' AND NOT e.parked`

// As the index event_outbox_undecided says it, which names no status; a row that plain SQL made SENT is still in it.
const UNDECIDED = 'o.failed_at IS NOT NULL AND NOT o.will_retry AND o.dropped_at IS NULL'
/** Their pages are read one by one at every scrape, and that there are any is what matters: 10,000 take 0.1 s. */
const MOST_UNDECIDED = 10_000

// Lane by lane, each with an order and an end of its own: joined with all lanes at once the whole table is read, for the
// planner does not know that next to nothing lies behind where a lane was dealt with.
// Each count ends at its bound: a backlog of millions takes seconds to count, at every scrape. The oldest fresh row of a
// lane is its first.
export const BACKLOG: Statement = {
  name: 'relay-backlog',
  text: `
WITH mine AS (
  SELECT lane, up_to FROM unnest($1::smallint[], $3::bigint[]) AS mine (lane, up_to)
), fresh AS (
  SELECT count(*) AS pending
    FROM (SELECT FROM mine CROSS JOIN LATERAL (SELECT ${FRESH} ORDER BY e.seq LIMIT $2) AS o LIMIT $2) AS counted
), oldest AS (
  SELECT min(o.created_at) AS due_since
    FROM mine CROSS JOIN LATERAL (SELECT e.created_at ${FRESH} ORDER BY e.seq LIMIT 1) AS o
), parked AS (
  SELECT count(*) FILTER (WHERE status = 'PENDING') AS pending,
         count(*) FILTER (WHERE status = 'FAILED') AS blocking,
         min(next_attempt_at) FILTER (WHERE status = 'PENDING' AND next_attempt_at <= now()) AS due_since
    FROM (SELECT o.status, o.next_attempt_at FROM event_outbox AS o
           WHERE o.parked AND o.lane = ANY ($1::smallint[])
             AND (o.status = 'PENDING' OR o.status = 'FAILED' AND NOT o.will_retry) LIMIT $2) AS counted
), undecided AS (
  SELECT count(*) AS rows
    FROM (SELECT FROM event_outbox AS o
           WHERE o.lane = ANY ($1::smallint[]) AND ${UNDECIDED} AND o.status = 'FAILED' LIMIT least($2, ${MOST_UNDECIDED})) AS counted
)
SELECT (fresh.pending + parked.pending)::integer AS pending, parked.pending::integer AS parked,
       parked.blocking::integer AS blocking, undecided.rows::integer AS undecided,
       coalesce(extract(epoch FROM now() - least(oldest.due_since, parked.due_since)), 0)::float8 AS "oldestDueSeconds"
  FROM fresh, oldest, parked, undecided`,
}

/**
 * The backlog of `lanes`, each beyond where it was dealt with.
 * @param most fresh rows, parked ones, and undecided ones are counted so far and no further
 * @throws what the database throws
 */
export async function readBacklog(
  database: Database,
  lanes: readonly { readonly lane: number; readonly upTo: number }[],
  most: number,
): Promise<Backlog> {
  const [backlog] = await database.run<Backlog>(BACKLOG, [
    lanes.map(({ lane }) => lane),
    most,
    lanes.map(({ upTo }) => upTo),
  ])
  if (!backlog) throw new Error('PostgreSQL counted nothing')
  return backlog
}
