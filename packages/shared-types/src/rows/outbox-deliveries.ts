/** A row of outbox_deliveries as node-postgres returns it. */
export interface OutboxDeliveryRow {
  outbox_id: string
  event_id: string | null
  topic: string
  kafka_partition: number | null
  /** bigint: node-postgres returns it as text. */
  kafka_offset: string | null
  attempts: number
  sent_at: Date | null
}
