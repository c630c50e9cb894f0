/** A row of command_inbox as node-postgres returns it. */
import type { JsonObject } from '../json'
import type { CommandStatus } from '../statuses'

export interface CommandInboxRow {
  id: string
  session_id: string
  command_type: string
  idempotency_key: string
  payload: JsonObject
  status: CommandStatus
  created_at: Date
  updated_at: Date
}
