/**
 * The comparison of outbox and topic as SQL over temporary tables.
 *
 * Order: an event is late where one of its key whose row was written after its own first appeared before it, on one
 * partition (Kafka has no other order). Rows of writers that do not serialise may commit in another order than they were
 * written in: such events are counted too, though the relay is allowed to send them so.
 * An event whose first appearance or whose first row cannot be known any more has no place in the order.
 */

/** How many of each finding are named. */
const EXAMPLES = 20

export const PREPARE = {
  tables: [
    // The planner takes a nested loop where few rows are asked for, and estimates of groups are guesses: at a million rows
    // that loop never ends. A hash or merge join is good at every size, and spills to disk beyond its memory.
    `SET enable_nestloop = off`,
    `SET work_mem = '32MB'`,
    `CREATE TEMP TABLE verify_topic (partition integer, "offset" bigint, event_id text, written_at bigint)`,
    `CREATE TEMP TABLE verify_ranges (partition integer, low bigint, high bigint)`,
    `CREATE TEMP TABLE verify_outbox (event_id text, key text, seq bigint, status text, partition integer,
                                      "offset" bigint, sent_at timestamptz, requeued boolean, dropped boolean)`,
    `CREATE TEMP TABLE verify_began AS SELECT clock_timestamp() AS at`,
  ],
  ranges: `INSERT INTO verify_ranges SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[])`,
  // A row without an event_id is never sent, and is named by its own id.
  outbox: `INSERT INTO verify_outbox
           SELECT coalesce(payload ->> 'event_id', 'outbox id ' || id), key, seq, status, kafka_partition, kafka_offset,
                  sent_at, requeued_at IS NOT NULL, dropped_at IS NOT NULL
             FROM event_outbox WHERE topic = $1`,
  // Rows that were cleaned away: their receipts are left, their order is not.
  deliveries: `INSERT INTO verify_outbox (event_id, status, partition, "offset", sent_at, requeued, dropped)
               SELECT coalesce(event_id, outbox_id)::text, 'SENT', kafka_partition, kafka_offset, sent_at, false, false
                 FROM outbox_deliveries WHERE topic = $1`,
  derived: [
    `ANALYZE verify_topic`,
    `ANALYZE verify_outbox`,
    // Where the topic was given more partitions an event that was sent again lies on several: it first appeared on the one
    // where it has the earliest timestamp. For nothing else do timestamps count: they are the clocks of several relays, which
    // differ by less than what lies between two sends with a change of the topic between.
    // Without those whose row was cleaned away (its number went with it) or whose first record may have been (retention).
    `CREATE TEMP TABLE verify_first_appearance AS
     SELECT DISTINCT ON (event_id) event_id, partition, "offset"
       FROM (SELECT event_id, partition, min("offset") AS "offset", min(written_at) AS written_at
               FROM verify_topic GROUP BY event_id, partition) AS appearance
      WHERE NOT EXISTS (SELECT FROM verify_outbox AS o LEFT JOIN verify_ranges AS r ON r.partition = o.partition
                         WHERE o.event_id = appearance.event_id
                           AND (o.seq IS NULL OR o.status = 'SENT' AND o."offset" < r.low))
      ORDER BY event_id, written_at, partition`,
    // The row whose receipt is the next there (a repeat comes before the receipt; that of a topic that was lost is no record
    // of this one), or the event's first row: one that a replay made later excuses nothing.
    `CREATE TEMP TABLE verify_brought_by AS
     SELECT DISTINCT ON (o.event_id) o.event_id, o.requeued
       FROM verify_first_appearance AS f
       JOIN verify_outbox AS o USING (event_id)
       LEFT JOIN verify_topic AS receipt
         ON receipt.event_id = o.event_id AND receipt.partition = o.partition AND receipt."offset" = o."offset"
        AND receipt.partition = f.partition
      ORDER BY o.event_id, receipt."offset", o.seq`,
    `CREATE TEMP TABLE verify_order AS
     SELECT event_id, requeued,
            seq < max(seq) OVER (PARTITION BY key, partition ORDER BY "offset"
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS late
       FROM verify_first_appearance
       JOIN verify_brought_by USING (event_id)
       JOIN (SELECT event_id, key, min(seq) AS seq FROM verify_outbox GROUP BY event_id, key) AS written USING (event_id)`,
  ],
}

/** In the order they are told. */
export const FINDING_NAMES = ['lost', 'repeated', 'out_of_order', 'requeued_late', 'not_yet_sent'] as const

export type Finding = (typeof FINDING_NAMES)[number]

/** Each gives an event_id and how many times it counts. */
const FINDINGS: Readonly<Record<Finding, string>> = {
  // SENT, not below what the topic's retention keeps, and nowhere in what was read. What was sent while the topic
  // was being read may lie beyond the ends that were taken at the start.
  lost: `SELECT o.event_id, 1 AS times
           FROM verify_outbox AS o
           LEFT JOIN verify_ranges AS r ON r.partition = o.partition
          WHERE o.status = 'SENT' AND coalesce(o."offset" >= r.low, true)
            AND (o."offset" < r.high OR o.sent_at IS NULL OR o.sent_at < (SELECT at FROM verify_began))
            AND NOT EXISTS (SELECT FROM verify_topic AS t WHERE t.event_id = o.event_id)`,
  // More records than rows of ours that were sent.
  repeated: `SELECT t.event_id, t.records - greatest(o.sent, 1) AS times
               FROM (SELECT event_id, count(*) AS records FROM verify_topic GROUP BY event_id) AS t
               JOIN (SELECT event_id, count(*) FILTER (WHERE status = 'SENT') AS sent
                       FROM verify_outbox GROUP BY event_id) AS o USING (event_id)
              WHERE t.records > greatest(o.sent, 1)`,
  out_of_order: `SELECT event_id, 1 AS times FROM verify_order WHERE late AND NOT requeued`,
  requeued_late: `SELECT event_id, 1 AS times FROM verify_order WHERE late AND requeued`,
  not_yet_sent: `SELECT event_id, 1 AS times FROM verify_outbox WHERE status <> 'SENT' AND NOT dropped`,
}

/** One row: how many of the finding there are, and some of them by name. Its rows are looked for once. */
export const found = (finding: Finding): string =>
  `WITH found AS MATERIALIZED (${FINDINGS[finding]})
   SELECT (SELECT coalesce(sum(times), 0)::float8 FROM found) AS count,
          (SELECT count(DISTINCT event_id)::float8 FROM found) AS events,
          ARRAY(SELECT DISTINCT event_id FROM found ORDER BY event_id LIMIT ${EXAMPLES}) AS examples`
