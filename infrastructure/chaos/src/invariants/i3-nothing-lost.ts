/** I3: what was to reach Kafka is there, or on its way, or stands as FAILED. */
import { countOf, violationsOf, type Invariant } from './invariant'

export const nothingLost: Invariant = {
  id: 'I3',
  title: 'every outbox row is on Kafka, or is PENDING or FAILED; a cleaned row by its delivery facts',
  async check(open) {
    const violations = await violationsOf(open, [
      [
        'SENT, and nowhere on the topic',
        // Below the first offset that the topic still keeps, nobody can tell.
        `SELECT o.id AS outbox_id, o.event_id, o.key, o.partition, o."offset", o.sent_at, o.cleaned
           FROM chaos_outbox AS o LEFT JOIN chaos_ranges AS r ON r.partition = o.partition
          WHERE o.status = 'SENT' AND coalesce(o."offset" >= r.low, true)
            AND NOT EXISTS (SELECT FROM chaos_records AS t WHERE t.event_id = o.event_id)`,
      ],
      [
        'SENT to a place on the topic where another record is',
        `SELECT o.id AS outbox_id, o.event_id, o.partition, o."offset", o.sent_at, t.event_id AS found
           FROM chaos_outbox AS o
           JOIN chaos_ranges AS r ON r.partition = o.partition AND o."offset" >= r.low
           LEFT JOIN chaos_records AS t
                  ON t.life = (SELECT max(life) FROM chaos_lives) AND t.partition = o.partition AND t."offset" = o."offset"
          WHERE o.status = 'SENT' AND t.event_id IS DISTINCT FROM o.event_id
            AND o.sent_at > (SELECT coalesce(max(ended_at), '-infinity') FROM chaos_lives)`,
      ],
      [
        'still on its way although the system had come to rest',
        `SELECT o.id AS outbox_id, o.event_id, o.key, o.seq, o.status, o.attempts, o.will_retry, o.last_error
           FROM chaos_outbox AS o
          WHERE $1 AND (o.status = 'PENDING' OR o.status = 'FAILED' AND o.will_retry)
          ORDER BY o.seq`,
        [open.given.settled === true],
      ],
    ])
    return { judged: await countOf(open, 'SELECT count(*)::integer AS count FROM chaos_outbox'), violations }
  },
}
