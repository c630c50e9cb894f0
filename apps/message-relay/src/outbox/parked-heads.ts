/** Looks at the first parked row of each key, and at no other, however many rows wait behind it. */
import type { OutboxStatus } from '@infinite-scribe/shared-types'
import type { LaneTenure } from '../pipeline/ports'
import type { ParkedHead } from '../policy/parked-keys'
import type { Database, Statement } from './database'
import { KEY_HASH } from './key-hash'

// A loose index scan: each step of the recursion jumps to the next key on (lane, hash of the key, seq) WHERE parked.
// Where two keys have one hash, the second is looked at when no row of the first is parked before its own.
const PARKED_HEADS: Statement = {
  name: 'relay-parked-heads',
  text: `
WITH RECURSIVE owned AS MATERIALIZED (
  SELECT mine.lane, mine.after
    FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS mine (lane, token, after)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                          AND l.owner IS NOT NULL AND l.lease_until > now()
), heads AS (
  SELECT head.*
    FROM owned
   CROSS JOIN LATERAL (
     SELECT e.lane, e.key, e.seq, e.id, e.status, e.attempts, e.next_attempt_at, e.will_retry, e.dropped_at
       FROM event_outbox AS e
      WHERE e.parked AND e.lane = owned.lane AND (owned.after IS NULL OR ${KEY_HASH('e.key')} > ${KEY_HASH('owned.after')})
      ORDER BY ${KEY_HASH('e.key')}, e.seq LIMIT 1) AS head
  UNION ALL
  SELECT next.*
    FROM heads
   CROSS JOIN LATERAL (
     SELECT e.lane, e.key, e.seq, e.id, e.status, e.attempts, e.next_attempt_at, e.will_retry, e.dropped_at
       FROM event_outbox AS e
      WHERE e.parked AND e.lane = heads.lane AND ${KEY_HASH('e.key')} > ${KEY_HASH('heads.key')}
      ORDER BY ${KEY_HASH('e.key')}, e.seq LIMIT 1) AS next
)
SELECT lane, key, seq, id, status, attempts, will_retry, dropped_at IS NOT NULL AS dropped,
       coalesce(ceil(extract(epoch FROM next_attempt_at - clock_timestamp()) * 1000), 0)::float8 AS due_in_ms
  FROM heads LIMIT $4`,
}

interface HeadRecord {
  lane: number
  key: string
  seq: string
  id: string
  status: OutboxStatus
  attempts: number
  will_retry: boolean
  dropped: boolean
  due_in_ms: number
}

/** The first parked row of each key beyond `after`, at most `limit`. @throws what the database throws */
export async function parkedHeads(
  database: Database,
  lanes: readonly (LaneTenure & { after: string | null })[],
  limit: number,
): Promise<ParkedHead[]> {
  const records = await database.run<HeadRecord>(PARKED_HEADS, [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
    lanes.map(({ after }) => after),
    limit,
  ])
  return records.map((record) => ({
    lane: record.lane,
    key: record.key,
    id: record.id,
    seq: Number(record.seq),
    status: record.status,
    attempts: record.attempts,
    dueInMs: record.due_in_ms,
    willRetry: record.will_retry,
    dropped: record.dropped,
  }))
}
