/** Reads a task together with the owner of its session. */
import type { AsyncTaskRow } from '@infinite-scribe/shared-types'
import { statement, type Queryable } from '../database/statement'

export type FoundTask = Pick<
  AsyncTaskRow,
  | 'id'
  | 'task_type'
  | 'status'
  | 'progress'
  | 'message'
  | 'session_id'
  | 'triggered_by_command_id'
  | 'result_data'
  | 'error_data'
  | 'created_at'
  | 'updated_at'
> & { readonly owner: string }

const select = statement<FoundTask>(
  'find-task',
  `SELECT t.id, t.task_type, t.status, t.progress, t.message, t.session_id, t.triggered_by_command_id,
          t.result_data, t.error_data, t.created_at, t.updated_at, s.user_id AS owner
     FROM async_tasks t JOIN genesis_sessions s ON s.id = t.session_id
    WHERE t.id = ?::uuid`,
)

export async function findTask(db: Queryable, taskId: string): Promise<FoundTask | undefined> {
  const [task] = await select(db, [taskId])
  return task
}
