/** A claimed row as its statements return it. */
import type { DeliveryError } from '@infinite-scribe/shared-types'
import type { ClaimedRow } from '../pipeline/ports'

/** The columns of a row that is claimed, of the alias `t`; `payload` is turned to text for these rows alone. */
export const CLAIMED_COLUMNS = (t: string): string => `
       CASE WHEN ${t}.claimable AND NOT ${t}.blocked THEN ${t}.payload::text END AS value,
       CASE WHEN ${t}.claimable AND NOT ${t}.blocked THEN ${t}.payload ->> 'event_id' END AS event_id,
       CASE WHEN ${t}.claimable AND NOT ${t}.blocked THEN ${t}.payload ->> 'event_type' END AS event_type,
       date_part('epoch', clock_timestamp() - ${t}.created_at) * 1000 AS age_ms,
       ${t}.topic, ${t}.key, ${t}.traceparent, ${t}.attempts, ${t}.last_error, ${t}.parked, ${t}.bytes`

export interface ClaimedRecord {
  id: string
  seq: string
  lane: number
  token: string
  topic: string
  key: string
  value: string | null
  event_id: string | null
  event_type: string | null
  traceparent: string | null
  /** Null in a record that is no row. */
  age_ms: number | null
  attempts: number
  last_error: DeliveryError | null
  parked: boolean
  bytes: number
}

export function toClaimedRow(record: ClaimedRecord): ClaimedRow {
  return {
    id: record.id,
    seq: Number(record.seq),
    lane: record.lane,
    token: record.token,
    topic: record.topic,
    key: record.key,
    value: record.value ?? '',
    eventId: record.event_id,
    eventType: record.event_type,
    traceparent: record.traceparent,
    // An age by the database's clock, so that the clocks of two machines need not agree.
    writtenAtMs: Date.now() - (record.age_ms ?? 0),
    attempts: record.attempts,
    error: record.last_error,
    parked: record.parked,
    bytes: record.bytes,
  }
}
