/** I8: every end of a task has exactly one event, and its command the same end. */
import { countOf, violationsOf, type Invariant } from './invariant'

const ENDS = `
  SELECT t.id AS task_id, t.status, c.id AS command_id, c.status AS command_status,
         count(e.event_id)::integer AS ends,
         array_agg(e.event_type || coalesce(': ' || (e.payload ->> 'reason'), '')) FILTER (WHERE e.event_id IS NOT NULL) AS events
    FROM async_tasks AS t
    LEFT JOIN command_inbox AS c ON c.id = t.triggered_by_command_id
    LEFT JOIN domain_events AS e
           ON e.correlation_id = t.triggered_by_command_id AND e.metadata ->> 'task_id' = t.id::text
          AND e.event_type NOT LIKE '%Requested'
   GROUP BY t.id, c.id`

const EXPECTED = `CASE status
    WHEN 'COMPLETED' THEN command_status = 'COMPLETED' AND events = ARRAY['Genesis.Session.ConceptProposed']
    WHEN 'CANCELLED' THEN command_status = 'FAILED' AND events = ARRAY['Genesis.Session.ConceptGenerationFailed: cancelled']
    WHEN 'FAILED' THEN command_status = 'FAILED'
      AND (events = ARRAY['Genesis.Session.ConceptGenerationFailed: failed']
           OR events = ARRAY['Genesis.Session.ConceptGenerationFailed: timed_out'])
    WHEN 'RUNNING' THEN command_status = 'PROCESSING' AND ends = 0
    ELSE command_status IN ('RECEIVED', 'PROCESSING') AND ends = 0
  END`

export const oneEnd: Invariant = {
  id: 'I8',
  title: 'every end of a task has exactly one event, and its command the same end',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'task, command and events do not agree',
        `SELECT * FROM (${ENDS}) AS t WHERE (${EXPECTED}) IS NOT TRUE`,
      ],
      [
        'a command without a task that is not COMPLETED',
        `SELECT c.id AS command_id, c.session_id, c.command_type, c.status FROM command_inbox AS c
          WHERE c.status <> 'COMPLETED'
            AND NOT EXISTS (SELECT FROM async_tasks AS t WHERE t.triggered_by_command_id = c.id)`,
      ],
      [
        'an end of a task that does not exist',
        `SELECT e.event_id, e.event_type, e.aggregate_id, e.metadata ->> 'task_id' AS task_id FROM domain_events AS e
          WHERE e.metadata ->> 'task_id' IS NOT NULL
            AND NOT EXISTS (SELECT FROM async_tasks AS t WHERE t.id::text = e.metadata ->> 'task_id')`,
      ],
    ])
    return { judged: await countOf(open, 'SELECT count(*)::integer AS count FROM async_tasks'), violations }
  },
}
