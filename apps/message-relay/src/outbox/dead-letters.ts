/** Which rows the dead-letter topic has yet to get. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import type { DeadLetter, LaneTenure, RowRef } from '../pipeline/ports'
import type { Database, Statement } from './database'

const DUE: Statement = {
  name: 'relay-dead-letters-due',
  text: `
SELECT o.id, o.lane, o.seq, mine.token::text AS token, o.topic, o.key, o.payload::text AS value,
       o.payload ->> 'event_id' AS event_id, o.payload ->> 'event_type' AS event_type, o.attempts, o.last_error
  FROM unnest($1::smallint[], $2::bigint[]) AS mine (lane, token)
  JOIN outbox_lanes AS l ON l.lane = mine.lane AND l.token = mine.token
                        AND l.owner IS NOT NULL AND l.lease_until > now()
  JOIN event_outbox AS o ON o.dead_letter_due AND o.lane = mine.lane
 ORDER BY o.lane, o.seq LIMIT $3`,
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

/** At most `limit`, the oldest of a lane first. @throws what the database throws */
export async function deadLettersDue(
  database: Database,
  lanes: readonly LaneTenure[],
  limit: number,
): Promise<DeadLetter[]> {
  const records = await database.run<LetterRecord>(DUE, [
    lanes.map(({ lane }) => lane),
    lanes.map(({ token }) => token),
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
