/** A row of event_outbox as node-postgres returns it. */
import type { JsonValue } from '../json'
import type { OutboxStatus } from '../statuses'

/** `last_error` of a row whose publish failed. */
export interface DeliveryError {
  /** What kind of failure: the class an operator can select by. */
  class: string
  /** The broker's or the client's own code, where it gave one. */
  code?: string
  message: string
  /** When each failed attempt ended, ISO 8601, the oldest first. */
  attempts: string[]
}

export interface EventOutboxRow {
  id: string
  topic: string
  key: string
  payload: JsonValue
  status: OutboxStatus
  created_at: Date
  /** bigint: node-postgres returns it as text. */
  seq: string
  lane: number
  parked: boolean
  attempts: number
  next_attempt_at: Date | null
  last_error: DeliveryError | null
  will_retry: boolean
  dropped_at: Date | null
  sent_at: Date | null
  kafka_partition: number | null
  /** bigint: node-postgres returns it as text. */
  kafka_offset: string | null
  traceparent: string | null
  dead_letter_due: boolean
  requeued_at: Date | null
  /** When it became FAILED, by the database's clock. */
  failed_at: Date | null
}
