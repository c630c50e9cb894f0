/** Writes what became of published rows, of those alone that are still this relay's to settle. */
import type { SettledRow } from '../pipeline/ports'
import type { Database, Statement } from './database'

// A takeover raises the lane's token. Locking the lane first, in the same statement, makes a settle that waited
// for a row see the takeover: without it the token is checked before the wait and the row written after it.
// Rows are found by (lane, seq); the id is compared in a form that no index serves, for the primary key's random
// order would cost a page a row.
const FENCE = `
owned AS MATERIALIZED (
  SELECT l.lane
    FROM outbox_lanes AS l
    JOIN (SELECT DISTINCT lane, token FROM settled) AS mine ON mine.lane = l.lane AND mine.token = l.token
    ORDER BY l.lane -- as the renewal does: two orders would be a deadlock
     FOR SHARE OF l
)`
const MATCH = `o.lane = settled.lane AND o.seq = settled.seq AND o.id IS NOT DISTINCT FROM settled.id
   AND o.status = 'PENDING'`

const SETTLE_SENT: Statement = {
  name: 'relay-settle-sent',
  text: `
WITH settled AS MATERIALIZED (
  SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::smallint[], $6::integer[], $7::bigint[])
             AS s (lane, token, seq, id, attempts, kafka_partition, kafka_offset)
), ${FENCE}, changed AS (
UPDATE event_outbox AS o
   SET status = 'SENT', sent_at = clock_timestamp(), attempts = settled.attempts, parked = false,
       next_attempt_at = NULL, will_retry = false,
       kafka_partition = settled.kafka_partition, kafka_offset = settled.kafka_offset
  FROM owned JOIN settled ON settled.lane = owned.lane
 WHERE ${MATCH}
RETURNING 1)
SELECT count(*)::integer AS changed, pg_current_xact_id()::text AS xid FROM changed`,
}

const SETTLE_OTHERS: Statement = {
  name: 'relay-settle-others',
  text: `
WITH settled AS MATERIALIZED (
  SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::smallint[], $6::text[],
                       $7::float8[], $8::boolean[], $9::boolean[], $10::text[])
             AS s (lane, token, seq, id, attempts, status, delay_ms, parked, will_retry, error)
), ${FENCE}, changed AS (
UPDATE event_outbox AS o
   SET status = settled.status, attempts = settled.attempts, parked = settled.parked,
       will_retry = settled.will_retry,
       dead_letter_due = o.dead_letter_due OR settled.status = 'FAILED' AND NOT settled.will_retry,
       next_attempt_at = clock_timestamp() + settled.delay_ms * interval '1 millisecond',
       failed_at = CASE WHEN settled.status = 'FAILED' THEN clock_timestamp() END,
       last_error = coalesce(settled.error::jsonb, o.last_error)
  FROM owned JOIN settled ON settled.lane = owned.lane
 WHERE ${MATCH}
RETURNING 1)
SELECT count(*)::integer AS changed, pg_current_xact_id()::text AS xid FROM changed`,
}

/** How many rows were changed, and the last transaction's id. @throws what the database throws */
export async function settleRows(
  database: Database,
  rows: readonly SettledRow[],
): Promise<{ changed: number; xid: bigint | undefined }> {
  const statements = [
    { statement: SETTLE_OTHERS, values: otherColumns(rows) },
    { statement: SETTLE_SENT, values: sentColumns(rows) },
  ]
  let changed = 0
  let xid: bigint | undefined
  for (const { statement, values } of statements) {
    if (values === undefined) continue
    const [result] = await database.run<{ changed: number; xid: string }>(statement, values)
    changed += result?.changed ?? 0
    if (result) xid = BigInt(result.xid)
  }
  return { changed, xid }
}

function sentColumns(rows: readonly SettledRow[]): unknown[] | undefined {
  const sent = rows.flatMap((row) =>
    row.settlement.kind === 'sent' ? [{ ...row, settlement: row.settlement }] : [],
  )
  if (sent.length === 0) return undefined
  return [
    ...references(sent),
    sent.map(({ settlement }) => settlement.attempts),
    sent.map(({ settlement }) => settlement.partition),
    sent.map(({ settlement }) => settlement.offset),
  ]
}

function otherColumns(rows: readonly SettledRow[]): unknown[] | undefined {
  const others = rows.flatMap((row) => {
    const written = writtenFor(row)
    return written ? [{ ...row, written }] : []
  })
  if (others.length === 0) return undefined
  return [
    ...references(others),
    others.map(({ written }) => written.attempts),
    others.map(({ written }) => written.status),
    others.map(({ written }) => written.delayMs),
    others.map(({ written }) => written.parked),
    others.map(({ written }) => written.willRetry),
    others.map(({ written }) => written.error),
  ]
}

function writtenFor({ settlement, attempts }: SettledRow): {
  attempts: number
  status: 'PENDING' | 'FAILED'
  delayMs: number | null
  parked: boolean
  willRetry: boolean
  error: string | null
} | null {
  const waiting = { status: 'PENDING', parked: true, willRetry: false } as const
  switch (settlement.kind) {
    case 'retry':
      return {
        ...waiting,
        attempts: settlement.attempts,
        delayMs: settlement.delayMs,
        error: JSON.stringify(settlement.error),
      }
    case 'park':
      return { ...waiting, attempts, delayMs: null, error: null }
    case 'failed':
      return {
        status: 'FAILED',
        parked: settlement.holdsKey,
        willRetry: settlement.willRetry,
        attempts: settlement.attempts,
        delayMs: null,
        error: JSON.stringify(settlement.error),
      }
    case 'sent':
    case 'hand_back':
      return null
  }
}

function references(rows: readonly SettledRow[]): unknown[] {
  return [
    rows.map(({ lane }) => lane),
    rows.map(({ token }) => token),
    rows.map(({ seq }) => seq),
    rows.map(({ id }) => id),
  ]
}
