/** I7: a session has at most one unfinished command of a type, now and at every moment of its history. */
import { countOf, violationsOf, type Invariant } from './invariant'

// Between two requests of one session there must be the end of the first.
const HISTORY = `
  SELECT r.aggregate_id AS session_id, r.event_id, r.correlation_id AS command_id, r.aggregate_version,
         lead(r.aggregate_version) OVER (PARTITION BY r.aggregate_id, r.event_type ORDER BY r.aggregate_version) AS next_request,
         ended.aggregate_version AS ended_at
    FROM domain_events AS r
    LEFT JOIN domain_events AS ended
           ON ended.correlation_id = r.correlation_id AND ended.aggregate_version > r.aggregate_version
          AND ended.metadata ->> 'task_id' = r.metadata ->> 'task_id'
   WHERE r.event_type LIKE '%Requested'`

export const oneUnfinished: Invariant = {
  id: 'I7',
  title: 'at most one unfinished command for a session and type',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'two unfinished commands',
        `SELECT session_id, command_type, array_agg(id) AS command_ids, array_agg(status) AS statuses
           FROM command_inbox WHERE status IN ('RECEIVED', 'PROCESSING')
          GROUP BY session_id, command_type HAVING count(*) > 1`,
      ],
      [
        'the next one was accepted before the end of this one',
        `SELECT * FROM (${HISTORY}) AS h WHERE next_request < coalesce(ended_at, 2147483647)`,
      ],
    ])
    return { judged: await countOf(open, 'SELECT count(*)::integer AS count FROM command_inbox'), violations }
  },
}
