/** The comparison of outbox and topic as SQL over temporary tables. */

/** How many of each finding are named. */
const EXAMPLES = 20

export const PREPARE = {
  tables: [
    // The planner takes a nested loop where few rows are asked for, and estimates of groups are guesses: at a million rows
    // that loop never ends. A hash or merge join is good at every size, and spills to disk beyond its memory.
    `SET enable_nestloop = off`,
    `SET work_mem = '32MB'`,
    `CREATE TEMP TABLE verify_topic (partition integer, "offset" bigint, event_id text, key text)`,
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
    // The first appearance of each event, and its place among the key's rows. Whether it comes late by choice is for
    // the row to say that brought it, or for the event's first row: a row that a replay made later excuses nothing.
    `CREATE TEMP TABLE verify_order AS
     SELECT event_id, seq, requeued,
            seq < max(seq) OVER (PARTITION BY key, partition ORDER BY "offset"
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS late
       FROM (SELECT o.event_id, o.key, t.partition, t."offset", min(o.seq) AS seq,
                    coalesce(bool_or(o.requeued)
                               FILTER (WHERE o.partition = t.partition AND o."offset" = t."offset"),
                             (array_agg(o.requeued ORDER BY o.seq))[1]) AS requeued
               FROM verify_outbox AS o
               JOIN (SELECT DISTINCT ON (event_id) event_id, partition, "offset"
                       FROM verify_topic ORDER BY event_id, partition, "offset") AS t USING (event_id)
              WHERE o.seq IS NOT NULL
              GROUP BY o.event_id, o.key, t.partition, t."offset") AS first`,
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
          ARRAY(SELECT event_id FROM found ORDER BY event_id LIMIT ${EXAMPLES}) AS examples`
