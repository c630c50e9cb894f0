/** I1: whoever was told that something was done finds it in the tables. */
import { countOf, violationsOf, type Invariant } from './invariant'

const ACCEPTED = `SELECT * FROM chaos_answers WHERE status BETWEEN 200 AND 299`

export const answeredIsWritten: Invariant = {
  id: 'I1',
  title: 'every command answered 2xx has its inbox row, its events and their outbox rows',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'a command was answered 2xx and has no inbox row',
        `SELECT a.* FROM (${ACCEPTED}) AS a
          WHERE a.action = 'command' AND NOT EXISTS
                (SELECT FROM command_inbox AS c WHERE c.id::text = a.command_id AND c.session_id::text = a.session_id)`,
      ],
      [
        'a command was answered 2xx and has no event',
        `SELECT a.* FROM (${ACCEPTED}) AS a
          WHERE a.action = 'command'
            AND NOT EXISTS (SELECT FROM domain_events AS e WHERE e.correlation_id::text = a.command_id)`,
      ],
      [
        'a session was answered 2xx and has no row or no first event',
        `SELECT a.* FROM (${ACCEPTED}) AS a
          WHERE a.action = 'open'
            AND NOT EXISTS (SELECT FROM genesis_sessions AS s JOIN domain_events AS e ON e.aggregate_id = s.id::text
                             WHERE s.id::text = a.session_id AND e.aggregate_version = 1)`,
      ],
      [
        'an end of a task was answered 2xx and the task has not ended so',
        `SELECT a.*, t.status AS task_status
           FROM (${ACCEPTED}) AS a LEFT JOIN async_tasks AS t ON t.id::text = a.task_id
          WHERE a.action IN ('complete', 'fail', 'cancel')
            AND t.status IS DISTINCT FROM
                CASE a.action WHEN 'complete' THEN 'COMPLETED' WHEN 'fail' THEN 'FAILED' ELSE 'CANCELLED' END`,
      ],
      [
        'an event of an accepted command has no outbox row',
        `SELECT DISTINCT e.event_id, e.event_type, e.aggregate_id, e.aggregate_version, a.command_id, a.request_id
           FROM (${ACCEPTED}) AS a JOIN domain_events AS e ON e.correlation_id::text = a.command_id
          WHERE NOT EXISTS (SELECT FROM chaos_outbox AS o WHERE o.event_id = e.event_id::text)`,
      ],
      [
        'one Idempotency-Key was answered with two commands',
        `SELECT session_id, idempotency_key, array_agg(DISTINCT command_id) AS command_ids
           FROM (${ACCEPTED}) AS a
          WHERE action = 'command' AND idempotency_key IS NOT NULL
          GROUP BY session_id, idempotency_key HAVING count(DISTINCT command_id) > 1`,
      ],
    ])
    return {
      judged: await countOf(open, `SELECT count(*)::integer AS count FROM (${ACCEPTED}) AS a`),
      violations,
    }
  },
}
