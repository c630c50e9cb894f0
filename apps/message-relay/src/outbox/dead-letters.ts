/** Which rows the dead-letter topic has yet to get. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import type { DeadLetter, LaneTenure, RowRef } from '../pipeline/ports'
import { UNPACKED } from './claimed-row'
import type { Database, Statement } from './database'

/** Letters are read up to the one that reaches so much: a large record is what the events topic is the likeliest to refuse. */
const MOST_BYTES = 8 * 1024 * 1024

// Of each lane a page at most, and the text of a payload of that page alone: letters may wait in great number.
const DUE: Statement = {
  name: 'relay-dead-letters-due',
  text: `
SELECT id, lane, seq, token, topic, key, value, event_id, event_type, attempts, last_error
  FROM (
    SELECT *, sum(octet_length(value)) OVER (ORDER BY lane, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
      FROM (
        SELECT due.id, due.lane, due.seq, due.token::text AS token, due.topic, due.key, due.attempts, due.last_error,
               ${UNPACKED('due.payload')}
          FROM (
            SELECT o.*, mine.token
              FROM unnest($1::smallint[], $2::bigint[]) AS mine (lane, token)
              JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                                    AND l.owner IS NOT NULL AND l.lease_until > now()
             CROSS JOIN LATERAL (
               SELECT * FROM event_outbox AS e
                WHERE e.dead_letter_due AND e.lane = mine.lane AND (e.lane, e.seq) > ($3::smallint, $4::bigint)
                ORDER BY e.seq LIMIT $5) AS o
             ORDER BY o.lane, o.seq LIMIT $5
          ) AS due
        OFFSET 0 -- or the planner would turn a payload to text wherever its value is named
      ) AS unpacked
  ) AS letters
 WHERE coalesce(bytes_before, 0) < ${MOST_BYTES}
 ORDER BY lane, seq`,
}

const DONE: Statement = {
  name: 'relay-dead-letters-done',
  text: `
UPDATE event_outbox AS o SET dead_letter_due = false
  FROM unnest($1::smallint[], $2::bigint[], $3::uuid[]) AS got (lane, seq, id)
 WHERE o.dead_letter_due AND o.lane = got.lane AND o.seq = got.seq AND o.id IS NOT DISTINCT FROM got.id`,
}

interface LetterRecord {
  id: string
  lane: number
  seq: string
  token: string
  topic: string
  key: string
  value: string
  event_id: string | null
  event_type: string | null
  attempts: number
  last_error: DeliveryError | null
}

/** Those beyond `after`, at most `limit` and fewer where they are large, by lane and seq. @throws what the database throws */
export async function deadLettersDue(
  database: Database,
  lanes: readonly LaneTenure[],
  after: Pick<RowRef, 'lane' | 'seq'> | undefined,
  limit: number,
): Promise<DeadLetter[]> {
  const records = await database.run<LetterRecord>(DUE, [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
    after?.lane ?? -1,
    after?.seq ?? 0,
    limit,
  ])
  return records.map(({ seq, event_id: eventId, event_type: eventType, last_error: error, ...row }) => ({
    ...row,
    seq: Number(seq),
    eventId,
    eventType,
    error,
  }))
}

/** The topic has got them. @throws what the database throws */
export async function deadLettered(database: Database, rows: readonly RowRef[]): Promise<void> {
  await database.run(DONE, [
    rows.map(({ lane }) => lane),
    rows.map(({ seq }) => seq),
    rows.map(({ id }) => id),
  ])
}
