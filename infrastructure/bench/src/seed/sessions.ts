/** The sessions that commands are sent to: the same ids in SQL, in pgbench and in the load. */
import { createHash } from 'node:crypto'
import type { Client } from 'pg'

export const SESSIONS = 10_000
export const USERS = 100

/** The id of session `number`; the SQL function `bench_session_id` gives the same. */
export function sessionId(number: number): string {
  const hex = createHash('md5').update(String(number)).digest('hex')
  const marked = `${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17)}`
  return marked.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The owner of session `number`. */
export function ownerOf(number: number): string {
  return `bench-user-${number % USERS}`
}

/** 10,000 sessions of 100 users, each with the event that opened it. */
export async function seedSessions(client: Client): Promise<void> {
  await client.query(`
    CREATE FUNCTION bench_session_id(number int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN overlay(overlay(md5(number::text) PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid`)
  await client.query(
    `WITH opened AS (
       INSERT INTO genesis_sessions (id, user_id, version, last_event_id)
       SELECT bench_session_id(n), 'bench-user-' || n % $2, 1, gen_random_uuid() FROM generate_series(0, $1 - 1) n
       RETURNING id, user_id, last_event_id)
     INSERT INTO domain_events (event_id, correlation_id, event_type, aggregate_type, aggregate_id, aggregate_version,
                                payload, metadata)
     SELECT last_event_id, last_event_id, 'Genesis.Session.Created', 'GENESIS_SESSION', id, 1,
            jsonb_build_object('session_id', id), jsonb_build_object('user_id', user_id)
       FROM opened`,
    [SESSIONS, USERS],
  )
}

/** How many commands were written, counted in all that each of them writes. */
export const WRITTEN = {
  'inbox rows': 'SELECT count(*) FROM command_inbox',
  events: 'SELECT count(*) FROM domain_events WHERE aggregate_version > 1',
  'outbox rows': 'SELECT count(*) FROM event_outbox',
  "the sessions' versions": 'SELECT sum(version - 1) FROM genesis_sessions',
}

/** What every command of the load says: long enough that its event has some 540 bytes. */
export const FEEDBACK = { feedback: '更多悬念，少一点解释。 More suspense, please.', rating: 4 }
