/** A row of stream_tickets as node-postgres returns it. */
export interface StreamTicketRow {
  /** SHA-256 of the ticket. */
  hash: Uint8Array
  user_id: string
  token_expires_at: Date
  expires_at: Date
  created_at: Date
}
