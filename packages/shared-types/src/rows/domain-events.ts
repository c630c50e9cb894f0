/** A row of domain_events as node-postgres returns it. */
import type { EventMetadata } from '../event-envelope'
import type { JsonObject } from '../json'

export interface DomainEventRow {
  /** bigint: node-postgres returns it as text. */
  id: string
  event_id: string
  correlation_id: string
  causation_id: string | null
  event_type: string
  event_version: number
  aggregate_type: string
  aggregate_id: string
  aggregate_version: number
  payload: JsonObject
  metadata: EventMetadata
  created_at: Date
}
