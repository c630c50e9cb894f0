/** Writes the task that an async command asks for. */
import type { JsonObject, TaskType } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

export interface NewTask {
  readonly taskId: string
  readonly taskType: TaskType
  readonly commandId: string
  readonly sessionId: string
  /** The event that tells the agents. */
  readonly requestEventId: string
  readonly input: JsonObject
}

const insert = statement(
  'create-task',
  `INSERT INTO async_tasks (id, task_type, triggered_by_command_id, session_id, request_event_id, input_data)
   VALUES (?::uuid, ?::text, ?::uuid, ?::uuid, ?::uuid, ?::jsonb)`,
)

export async function createTask(tx: Transaction, task: NewTask): Promise<void> {
  await insert(tx, [
    task.taskId,
    task.taskType,
    task.commandId,
    task.sessionId,
    task.requestEventId,
    JSON.stringify(task.input),
  ])
}
