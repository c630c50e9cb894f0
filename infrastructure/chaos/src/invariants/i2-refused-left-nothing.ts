/** I2: whoever was refused left nothing behind, and nobody left half of anything. */
import { countOf, violationsOf, type Invariant } from './invariant'

const REFUSED = `SELECT * FROM chaos_answers
                  WHERE status NOT BETWEEN 200 AND 299 AND error_code IS DISTINCT FROM 'OUTCOME_UNKNOWN'`

export const refusedLeftNothing: Invariant = {
  id: 'I2',
  title: 'every other answer left nothing; OUTCOME_UNKNOWN, and no answer, left all or nothing',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'a request was refused and wrote an event',
        `SELECT a.*, e.event_id, e.event_type FROM (${REFUSED}) AS a
           JOIN domain_events AS e ON e.metadata ->> 'request_id' = a.request_id`,
      ],
      [
        'a request was refused and wrote an outbox row',
        `SELECT a.*, o.id AS outbox_id FROM (${REFUSED}) AS a
           JOIN event_outbox AS o ON o.payload -> 'metadata' ->> 'request_id' = a.request_id`,
      ],
      [
        'all that was said about an Idempotency-Key were refusals, and it is in the inbox',
        `SELECT a.session_id, a.idempotency_key, c.id AS command_id, c.status
           FROM (SELECT session_id, idempotency_key FROM chaos_answers
                  WHERE action = 'command' AND idempotency_key IS NOT NULL
                  GROUP BY session_id, idempotency_key
                 HAVING bool_and(status IS NOT NULL AND status NOT BETWEEN 200 AND 299 AND NOT coalesce(replayed, false)
                                 AND error_code NOT IN ('OUTCOME_UNKNOWN', 'IDEMPOTENCY_KEY_REUSED'))) AS a
           JOIN command_inbox AS c ON c.session_id::text = a.session_id AND c.idempotency_key = a.idempotency_key`,
      ],
      [
        'an inbox row without an event',
        `SELECT c.id AS command_id, c.session_id, c.command_type, c.status, c.created_at FROM command_inbox AS c
          WHERE NOT EXISTS (SELECT FROM domain_events AS e WHERE e.correlation_id = c.id)`,
      ],
      [
        'an event without its command: neither in the inbox nor its own correlation',
        `SELECT e.event_id, e.event_type, e.aggregate_id, e.correlation_id FROM domain_events AS e
          WHERE e.correlation_id <> e.event_id
            AND NOT EXISTS (SELECT FROM command_inbox AS c WHERE c.id = e.correlation_id)`,
      ],
      [
        'an event without an outbox row',
        `SELECT e.event_id, e.event_type, e.aggregate_id, e.aggregate_version, e.created_at FROM domain_events AS e
          WHERE NOT EXISTS (SELECT FROM chaos_outbox AS o WHERE o.event_id = e.event_id::text)`,
      ],
      [
        'a task without its command or its request',
        `SELECT t.id AS task_id, t.triggered_by_command_id, t.status FROM async_tasks AS t
          WHERE NOT EXISTS (SELECT FROM domain_events AS e
                             WHERE e.correlation_id = t.triggered_by_command_id
                               AND e.metadata ->> 'task_id' = t.id::text AND e.event_type LIKE '%Requested')`,
      ],
      [
        'a record on the topic that no table knows',
        `SELECT r.partition, r."offset", r.key, r.event_id, left(r.value, 300) AS value FROM chaos_records AS r
          WHERE NOT EXISTS (SELECT FROM domain_events AS e WHERE e.event_id::text = r.event_id)
            AND NOT EXISTS (SELECT FROM event_outbox AS o
                             WHERE o.payload ->> 'event_id' = r.event_id)
            AND NOT EXISTS (SELECT FROM chaos_outbox AS o WHERE o.event_id = r.event_id)`,
      ],
    ])
    const judged = await countOf(
      open,
      `SELECT ((SELECT count(*) FROM (${REFUSED}) AS a) + (SELECT count(*) FROM command_inbox)
             + (SELECT count(*) FROM domain_events))::integer AS count`,
    )
    return { judged, violations }
  },
}
