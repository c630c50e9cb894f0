/** A row of flow_resume_handles as node-postgres returns it. */
import type { JsonValue } from '../json'
import type { ResumeHandleStatus } from '../statuses'

export interface FlowResumeHandleRow {
  id: string
  correlation_id: string
  resume_handle: JsonValue
  status: ResumeHandleStatus
  resume_payload: JsonValue
  expires_at: Date | null
  created_at: Date
  updated_at: Date
}
