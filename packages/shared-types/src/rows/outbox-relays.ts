/** A row of outbox_relays as node-postgres returns it. */
export interface OutboxRelayRow {
  id: string
  name: string
  started_at: Date
  lease_until: Date
}
