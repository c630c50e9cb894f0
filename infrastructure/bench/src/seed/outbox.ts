/** Outbox rows as commands leave them: 540 bytes of envelope, 1,000 keys. */
import type { Client } from 'pg'
import { SESSIONS } from './sessions'

export const KEYS = 1_000

/** The envelope of event number `n` of a key, as SQL, 540 bytes of text; `key`'s versions rise with `n`. */
const ENVELOPE = `jsonb_build_object(
  'event_id', gen_random_uuid(), 'correlation_id', gen_random_uuid(), 'causation_id', gen_random_uuid(),
  'event_type', 'Genesis.Session.FeedbackSubmitted', 'event_version', 1,
  'aggregate_type', 'GENESIS_SESSION', 'aggregate_id', key, 'aggregate_version', 1 + n / ${KEYS},
  'payload', jsonb_build_object('session_id', key),
  'metadata', jsonb_build_object('user_id', 'u', 'actor', 'u', 'timestamp', '2026-01-01T10:00:00Z'),
  'created_at', '2026-01-01T10:00:00Z')`

/** `rows` PENDING rows for `topic`, in which each key's versions rise with the order of insertion. */
export async function insertPending(client: Client, topic: string, rows: number): Promise<void> {
  await client.query(
    `INSERT INTO event_outbox (topic, key, payload)
     SELECT $1, key, ${ENVELOPE}
       FROM generate_series(0, $2::int - 1) n, LATERAL (SELECT md5((n % ${KEYS})::text)::uuid::text AS key) k
      ORDER BY n`,
    [topic, rows],
  )
}

/**
 * The same rows in the same table, which anybody's relay for this contract meets, with what one that looks for `status` would
 * give it: an index for its claims, none for ours, no trigger of ours, and full pages, for settling touches every index anyhow.
 */
export async function insertPendingByStatus(client: Client, topic: string, rows: number): Promise<void> {
  await client.query(`
    DROP INDEX event_outbox_lane_seq;
    DROP TRIGGER event_outbox_set_back ON event_outbox;
    CREATE INDEX event_outbox_pending ON event_outbox (seq) WHERE status = 'PENDING';
    ALTER TABLE event_outbox SET (fillfactor = 100)`)
  await insertPending(client, topic, rows)
}

/** `rows` rows that were SENT long ago: the history that a claim must not have to read. */
export async function insertSent(client: Client, topic: string, rows: number): Promise<void> {
  await client.query(
    `INSERT INTO event_outbox (topic, key, payload, status, attempts, sent_at, kafka_partition, kafka_offset)
     SELECT $1, key, ${ENVELOPE}, 'SENT', 1, now(), 0, n
       FROM generate_series(0, $2::int - 1) n, LATERAL (SELECT md5((n % ${SESSIONS})::text)::uuid::text AS key) k
      ORDER BY n`,
    [topic, rows],
  )
}

/** Every lane's reader begins behind what is there, as it does after a restart of a relay. */
export async function moveReadersToTheEnd(client: Client): Promise<void> {
  await client.query(`UPDATE outbox_lanes SET low_water = (SELECT coalesce(max(seq), 0) FROM event_outbox)`)
}

/** `rows` rows of one key, all of which wait: the first of them is tried again in an hour. */
export async function insertHeld(client: Client, topic: string, rows: number): Promise<void> {
  await client.query(
    `INSERT INTO event_outbox (topic, key, payload, parked, attempts, next_attempt_at)
     SELECT $1, key, ${ENVELOPE}, true, (n = 0)::int, CASE WHEN n = 0 THEN now() + interval '1 hour' END
       FROM generate_series(0, $2::int - 1) n, (SELECT 'held' AS key) k
      ORDER BY n`,
    [topic, rows],
  )
}
