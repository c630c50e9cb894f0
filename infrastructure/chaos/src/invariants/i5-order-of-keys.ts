/** I5: for each key, events first appear on Kafka in the order their transactions committed. */
import { countOf, violationsOf, type Invariant } from './invariant'

// Where an event was first seen: a record that was read, or, of a topic that is gone, the receipt of one.
// A session's commits are ordered by its versions; another writer's rows by their numbers.
const ORDER = `
  SELECT first.*, coalesce(e.aggregate_version, rows.seq) AS rank,
         max(coalesce(e.aggregate_version, rows.seq)) OVER (PARTITION BY first.key ORDER BY life, "offset"
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest_before
    FROM (SELECT DISTINCT ON (event_id) * FROM (
            SELECT event_id, key, life, partition, "offset" FROM chaos_records
            UNION ALL
            SELECT o.event_id, o.key, l.life, o.partition, o."offset"
              FROM chaos_outbox AS o JOIN chaos_lives AS l ON o.sent_at < l.ended_at
             WHERE o.status = 'SENT' AND o.key IS NOT NULL
               AND l.life = (SELECT min(life) FROM chaos_lives AS later WHERE o.sent_at < later.ended_at)
          ) AS seen WHERE key IS NOT NULL ORDER BY event_id, life, "offset") AS first
    LEFT JOIN domain_events AS e ON e.event_id::text = first.event_id
    LEFT JOIN (SELECT event_id, min(seq) AS seq FROM chaos_outbox GROUP BY event_id) AS rows
           ON rows.event_id = first.event_id`

// An event that somebody had sent again may come late by choice: after it FAILED and was passed, or because its first record
// went unread with a topic. It does not where a row that nobody had sent again brought it: one whose receipt is of a topic
// that is gone, and is seen above, or has its record.
const JUDGED = `
  SELECT o.* FROM (${ORDER}) AS o
   WHERE o.rank IS NOT NULL AND o.highest_before IS NOT NULL
     AND (NOT EXISTS (SELECT FROM chaos_outbox AS r WHERE r.event_id = o.event_id AND r.again)
       OR EXISTS (SELECT FROM chaos_outbox AS r
                   WHERE r.event_id = o.event_id AND NOT r.again AND r.status = 'SENT'
                     AND (r.sent_at < (SELECT max(ended_at) FROM chaos_lives)
                       OR EXISTS (SELECT FROM chaos_records AS t
                                   WHERE t.event_id = r.event_id AND t.partition = r.partition AND t."offset" = r."offset"
                                     AND t.life = (SELECT max(life) FROM chaos_lives)))))`

export const orderOfKeys: Invariant = {
  id: 'I5',
  title: 'events of one key first appear in the order of their commits',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'appeared after a later event of its key',
        `SELECT * FROM (${JUDGED}) AS j WHERE rank < highest_before`,
      ],
      [
        'was overtaken while it waited',
        `SELECT waiting.id AS outbox_id, waiting.event_id, waiting.key, waiting.seq, waiting.status, waiting.attempts,
                min(later.seq) AS overtaken_by_seq
           FROM chaos_outbox AS waiting
           JOIN chaos_outbox AS later ON later.key = waiting.key AND later.seq > waiting.seq AND later.status = 'SENT'
          WHERE (waiting.status = 'PENDING' OR waiting.status = 'FAILED' AND waiting.will_retry)
            AND waiting.requeued_at IS NULL AND waiting.dropped_at IS NULL
          GROUP BY 1, 2, 3, 4, 5, 6`,
      ],
    ])
    return {
      judged: await countOf(open, `SELECT count(*)::integer AS count FROM (${JUDGED}) AS j`),
      violations,
    }
  },
}
