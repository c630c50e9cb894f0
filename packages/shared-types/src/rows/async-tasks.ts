/** A row of async_tasks as node-postgres returns it. */
import type { JsonObject } from '../json'
import type { TaskStatus, TaskType } from '../statuses'

export interface AsyncTaskRow {
  id: string
  task_type: TaskType
  triggered_by_command_id: string
  session_id: string
  request_event_id: string
  status: TaskStatus
  /** numeric(5,2): node-postgres returns it as text. */
  progress: string
  message: string | null
  input_data: JsonObject
  result_data: JsonObject | null
  error_data: JsonObject | null
  created_at: Date
  updated_at: Date
}
