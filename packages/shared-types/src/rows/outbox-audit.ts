/** A row of outbox_audit as node-postgres returns it. */
import type { JsonObject } from '../json'

export interface OutboxAuditRow {
  /** bigint: node-postgres returns it as text. */
  id: string
  at: Date
  who: string
  action: string
  rows: number
  details: JsonObject
}
