/** I9: no retry comes early, and where no fault touched the relay none comes more than 500 ms late. */
import { countOf, violationsOf, type Invariant } from './invariant'

/** Of the clocks of relay and database, where they are not one. */
const CLOCKS_MS = 20
const LATE_MS = 500

// Waits of 1, 2 and 4 s; what ended the last one is the next failure, or the acknowledgement.
const WAITS = `
  SELECT o.id AS outbox_id, o.event_id, o.status, o.attempts, tries.n AS try, tries.at::timestamptz AS failed,
         coalesce(tries.next::timestamptz, CASE WHEN o.attempts = tries.n + 1 THEN o.sent_at END) AS tried_again,
         (1000 * 2 ^ (tries.n - 1))::integer AS wait_ms
    FROM (SELECT id, payload ->> 'event_id' AS event_id, status, attempts, last_error, sent_at FROM event_outbox
           WHERE requeued_at IS NULL AND jsonb_typeof(last_error -> 'attempts') = 'array') AS o
   CROSS JOIN LATERAL (SELECT n, at, lead(at) OVER (ORDER BY n) AS next
                         FROM jsonb_array_elements_text(o.last_error -> 'attempts') WITH ORDINALITY AS a (at, n)) AS tries
   WHERE tries.n <= 3`

const MADE = `
  SELECT w.*, (extract(epoch FROM tried_again - failed) * 1000)::integer AS took_ms FROM (${WAITS}) AS w
   WHERE tried_again IS NOT NULL`

// Which relay made a retry is written nowhere: those in calm alone are known to have met no fault.
const IN_CALM = `
  SELECT d.* FROM (
    SELECT w.*, (extract(epoch FROM tried_again - failed) * 1000)::integer AS took_ms,
           failed + make_interval(secs => (wait_ms + ${LATE_MS}) / 1000.0) AS latest,
           coalesce(tried_again, CASE WHEN status = 'PENDING' THEN now() END) AS until
      FROM (${WAITS}) AS w) AS d
   WHERE until IS NOT NULL AND EXISTS (SELECT FROM chaos_calm AS c WHERE d.failed >= c."from" AND d.latest <= c."to")`

// Of every topic: the rows that cannot be sent have one of their own.
const FAILED = `SELECT id AS outbox_id, payload ->> 'event_id' AS event_id, topic, attempts, last_error
                  FROM event_outbox WHERE status = 'FAILED'`

export const retriesOnTime: Invariant = {
  id: 'I9',
  title: `no retry comes early, and on a relay that no fault touched none more than ${LATE_MS} ms late`,
  async check(open) {
    const violations = await violationsOf(open, [
      ['a retry came early', `SELECT * FROM (${MADE}) AS m WHERE took_ms < wait_ms - ${CLOCKS_MS}`],
      [
        'a retry came late, or has not come',
        `SELECT outbox_id, event_id, status, attempts, try, failed, tried_again, wait_ms, took_ms, latest
           FROM (${IN_CALM}) AS c WHERE until > latest`,
      ],
      [
        'FAILED before its four tries, and not for good reason',
        `SELECT * FROM (${FAILED}) AS f
          WHERE attempts < 4 AND last_error ->> 'class' NOT IN ('invalid_payload', 'invalid_topic')`,
      ],
    ])
    const count = (of: string) => countOf(open, `SELECT count(*)::integer AS count FROM (${of}) AS judged`)
    const failed = await count(FAILED)
    return {
      judged: (await count(MADE)) + failed,
      amongThem: { 'for being late': await count(IN_CALM), FAILED: failed },
      violations,
    }
  },
}
