/** A row of genesis_sessions as node-postgres returns it. */
import type { JsonObject } from '../json'
import type { GenesisStageOrFinished, SessionStatus } from '../statuses'

export interface GenesisSessionRow {
  id: string
  novel_id: string | null
  user_id: string
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  confirmed_data: JsonObject
  version: number
  last_event_id: string | null
  idempotency_key: string | null
  created_at: Date
  updated_at: Date
}
