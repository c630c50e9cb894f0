/** I6: a session's events are one chain: versions without a gap, each caused by the one before. */
import { countOf, violationsOf, type Invariant } from './invariant'

const CHAIN = `
  SELECT aggregate_id, aggregate_type, aggregate_version, event_id, event_type, causation_id,
         row_number() OVER chain AS expected_version, lag(event_id) OVER chain AS expected_cause
    FROM domain_events
  WINDOW chain AS (PARTITION BY aggregate_type, aggregate_id ORDER BY aggregate_version)`

export const unbrokenChain: Invariant = {
  id: 'I6',
  title: 'versions have no gap and causation does not branch',
  async check(open) {
    const violations = await violationsOf(open, [
      ['a gap in the versions', `SELECT * FROM (${CHAIN}) AS c WHERE aggregate_version <> expected_version`],
      [
        'not caused by the event before it',
        `SELECT * FROM (${CHAIN}) AS c WHERE causation_id IS DISTINCT FROM expected_cause`,
      ],
      [
        'a session whose version is not that of its last event',
        `SELECT s.id AS session_id, s.version, max(e.aggregate_version) AS last_event
           FROM genesis_sessions AS s LEFT JOIN domain_events AS e ON e.aggregate_id = s.id::text
          GROUP BY s.id HAVING s.version IS DISTINCT FROM coalesce(max(e.aggregate_version), 0)`,
      ],
      [
        'events of a session in another order than they were numbered in',
        `SELECT * FROM (SELECT aggregate_id, event_id, aggregate_version, id,
                               max(id) OVER (PARTITION BY aggregate_id ORDER BY aggregate_version
                                             ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest_before
                          FROM domain_events) AS e WHERE id < highest_before`,
      ],
    ])
    return { judged: await countOf(open, 'SELECT count(*)::integer AS count FROM domain_events'), violations }
  },
}
