/** Writes what became of published rows, of those alone that are still this relay's to settle. */
import type { LaneTenure, SettledRow } from '../pipeline/ports'
import { arrayLiteral } from './array-literal'
import type { Database, Statement } from './database'

// A takeover raises the lane's token. Locking the lane first, in the same statement, makes a settle that waited
// for a row see the takeover: without it the token is checked before the wait and the row written after it.
// KEY SHARE shuts out the takeover, which locks FOR UPDATE, and lets the lease be renewed while a settle waits.
const FENCE = `
owned AS MATERIALIZED (
  SELECT l.lane
    FROM unnest($1::smallint[], $2::bigint[]) AS mine (lane, token)
    JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
   ORDER BY l.lane -- as the renewal does: two orders would be a deadlock
     FOR KEY SHARE OF l
)`
// An array of the lanes, not a join: the planner joins every row with every lane. Rows are found by (lane, seq);
// the id is compared in a form that no index serves, for the primary key's random order would cost a page a row.
const MATCH = `settled.lane = ANY (ARRAY(SELECT lane FROM owned))
   AND o.lane = settled.lane AND o.seq = settled.seq AND o.id IS NOT DISTINCT FROM settled.id
   AND o.status = 'PENDING'`

const SETTLE_SENT: Statement = {
  name: 'relay-settle-sent',
  text: `
WITH ${FENCE}, changed AS (
UPDATE event_outbox AS o
   SET status = 'SENT', sent_at = clock_timestamp(), attempts = settled.attempts, parked = false,
       next_attempt_at = NULL, will_retry = false,
       kafka_partition = settled.kafka_partition, kafka_offset = settled.kafka_offset
  FROM unnest($3::smallint[], $4::bigint[], $5::uuid[], $6::smallint[], $7::integer[], $8::bigint[])
         AS settled (lane, seq, id, attempts, kafka_partition, kafka_offset)
 WHERE ${MATCH}
RETURNING 1)
SELECT count(*)::integer AS changed, pg_current_xact_id()::text AS xid FROM changed`,
}

const SETTLE_OTHERS: Statement = {
  name: 'relay-settle-others',
  text: `
WITH ${FENCE}, changed AS (
UPDATE event_outbox AS o
   SET status = settled.status, attempts = settled.attempts, parked = settled.parked,
       will_retry = settled.will_retry,
       dead_letter_due = o.dead_letter_due OR settled.status = 'FAILED' AND NOT settled.will_retry,
       next_attempt_at = clock_timestamp() + settled.delay_ms * interval '1 millisecond',
       failed_at = CASE WHEN settled.status = 'FAILED' THEN clock_timestamp() END,
       last_error = coalesce(settled.error::jsonb, o.last_error)
  FROM unnest($3::smallint[], $4::bigint[], $5::uuid[], $6::smallint[], $7::text[],
              $8::float8[], $9::boolean[], $10::boolean[], $11::text[])
         AS settled (lane, seq, id, attempts, status, delay_ms, parked, will_retry, error)
 WHERE ${MATCH}
RETURNING 1)
SELECT count(*)::integer AS changed, pg_current_xact_id()::text AS xid FROM changed`,
}

/** How many rows were changed, and the last transaction's id. @throws what the database throws */
export async function settleRows(
  database: Database,
  rows: readonly SettledRow[],
): Promise<{ changed: number; xid: bigint | undefined }> {
  const tokens = newestTokens(rows)
  const ours = rows.filter(({ lane, token }) => tokens.get(lane) === token)
  const statements = [
    { statement: SETTLE_OTHERS, values: otherColumns(ours) },
    { statement: SETTLE_SENT, values: sentColumns(ours) },
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
  const sent: SettledRow[] = []
  const attempts: number[] = []
  const partitions: number[] = []
  const offsets: string[] = []
  for (const row of rows) {
    const { settlement } = row
    if (settlement.kind !== 'sent') continue
    sent.push(row)
    attempts.push(settlement.attempts)
    partitions.push(settlement.partition)
    offsets.push(settlement.offset)
  }
  if (sent.length === 0) return undefined
  return [...references(sent), arrayLiteral(attempts), arrayLiteral(partitions), arrayLiteral(offsets)]
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

/** Of a lane that changed hands meanwhile: rows under its older token are no longer to be settled. */
function newestTokens(rows: readonly LaneTenure[]): Map<number, string> {
  const tokens = new Map<number, string>()
  for (const { lane, token } of rows) {
    const known = tokens.get(lane)
    if (known === token) continue
    if (known === undefined || BigInt(known) < BigInt(token)) tokens.set(lane, token)
  }
  return tokens
}

/** The lanes with the tokens they are to be held under, then what names each row. */
function references(rows: readonly SettledRow[]): unknown[] {
  const tokens = newestTokens(rows)
  return [
    arrayLiteral([...tokens.keys()]),
    arrayLiteral([...tokens.values()]),
    arrayLiteral(rows.map(({ lane }) => lane)),
    arrayLiteral(rows.map(({ seq }) => seq)),
    arrayLiteral(rows.map(({ id }) => id)),
  ]
}
