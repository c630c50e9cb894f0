/** I3: what was to reach Kafka is there, or on its way, or stands as FAILED. */
import { countOf, violationsOf, type Invariant } from './invariant'

// Where nobody knows whether there was another topic of the name before, the receipt may be of that: what tells is
// whether the event itself is on the topic that is there.
const MISPLACED = `
  SELECT o.id AS outbox_id, o.event_id, o.partition, o."offset", o.sent_at, t.event_id AS found,
         EXISTS (SELECT FROM chaos_records AS own
                  WHERE own.event_id = o.event_id AND own.life = (SELECT max(life) FROM chaos_lives)) AS on_topic
    FROM chaos_outbox AS o
    LEFT JOIN chaos_ranges AS r ON r.partition = o.partition
    LEFT JOIN chaos_records AS t
           ON t.life = (SELECT max(life) FROM chaos_lives) AND t.partition = o.partition AND t."offset" = o."offset"
   WHERE o.status = 'SENT' AND o."offset" >= coalesce(r.low, 0) AND t.event_id IS DISTINCT FROM o.event_id
     AND o.sent_at > (SELECT coalesce(max(ended_at), '-infinity') FROM chaos_lives)`

export const nothingLost: Invariant = {
  id: 'I3',
  title: 'every outbox row is on Kafka, or is PENDING or FAILED; a cleaned row by its delivery facts',
  async check(open) {
    const livesAreKnown = open.given.pastTopics !== undefined
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
        `SELECT * FROM (${MISPLACED}) AS m WHERE $1 OR NOT on_topic`,
        [livesAreKnown],
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
    const notes = await violationsOf(open, [
      [
        'on the topic, and not where its row says it is: as after a topic that was lost and the event sent again',
        `SELECT * FROM (${MISPLACED}) AS m WHERE NOT $1 AND on_topic`,
        [livesAreKnown],
      ],
    ])
    return {
      judged: await countOf(open, 'SELECT count(*)::integer AS count FROM chaos_outbox'),
      violations,
      notes,
    }
  },
}
