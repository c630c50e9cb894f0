/** A row of outbox_lanes as node-postgres returns it. */
export interface OutboxLaneRow {
  lane: number
  owner: string | null
  /** bigint: node-postgres returns it as text. */
  token: string
  lease_until: Date | null
  /** bigint: node-postgres returns it as text. */
  low_water: string
}
