/** A claimed row as its statements return it. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import type { ClaimedRow } from '../pipeline/ports'

/** What a row that is claimed has of its `payload`. */
export const UNPACKED = (payload: string): string =>
  `${payload}::text AS value, ${payload} ->> 'event_id' AS event_id, ${payload} ->> 'event_type' AS event_type`

/**
 * What a row takes of a claim's bytes: as text, which is what is sent, or stored (`stored`) where that is more; so that
 * a bound on what is stored, which costs nothing to know, never cuts before this one.
 */
export const BYTES = 'greatest(octet_length(value), stored)'

/** The columns that a row is claimed with, of the alias `t`; null is what costs nothing to send. */
export const CLAIMED_COLUMNS = (t: string): string => `
       ${t}.seq, ${t}.lane, ${t}.id, ${t}.topic, ${t}.key, ${t}.value, ${t}.event_id, ${t}.event_type, ${t}.traceparent,
       nullif(${t}.attempts, 0) AS attempts, ${t}.last_error, ${t}.bytes,
       date_part('epoch', now() - ${t}.created_at) * 1000 AS age_ms`

export interface ClaimedRecord {
  id: string
  seq: string
  lane: number
  topic: string
  key: string
  value: string
  event_id: string | null
  event_type: string | null
  traceparent: string | null
  /** Since it was written. */
  age_ms: number
  attempts: number | null
  last_error: DeliveryError | null
  bytes: number
}

export function toClaimedRow(record: ClaimedRecord, token: string, parked: boolean): ClaimedRow {
  return {
    id: record.id,
    seq: Number(record.seq),
    lane: record.lane,
    token,
    topic: record.topic,
    key: record.key,
    value: record.value,
    eventId: record.event_id,
    eventType: record.event_type,
    traceparent: record.traceparent,
    // An age by the database's clock, so that the clocks of two machines need not agree.
    writtenAtMs: Date.now() - record.age_ms,
    attempts: record.attempts ?? 0,
    error: record.last_error,
    parked,
    bytes: record.bytes,
  }
}
