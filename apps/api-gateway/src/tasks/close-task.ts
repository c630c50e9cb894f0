/** Ends a task that is open. */
import type { JsonObject, TaskStatus } from '@infinite-scribe/shared-types'
import { END_OF_TASK } from '../commands/end-of-task'
import type { Transaction } from '../commands/unit-of-work'
import { OPEN_TASK } from '../database/status-lists'
import { statement } from '../database/statement'
import type { FoundTask } from './find-task'

type Closed = Omit<FoundTask, 'owner'>

const update = statement<Closed>(
  'close-task',
  `UPDATE async_tasks
      SET status = ?::text, result_data = ?::jsonb, error_data = ?::jsonb,
          updated_at = ${END_OF_TASK},
          progress = CASE WHEN ?::text = 'COMPLETED' THEN 100 ELSE progress END
    WHERE id = ?::uuid AND status IN ${OPEN_TASK}
RETURNING id, task_type, status, progress, message, session_id, triggered_by_command_id,
          result_data, error_data, created_at, updated_at`,
)

/**
 * The task as it ended.
 * @throws when it was not open: the caller read it in this very transaction.
 */
export async function closeTask(
  tx: Transaction,
  taskId: string,
  end: { status: TaskStatus; result?: JsonObject; error?: JsonObject },
): Promise<Closed> {
  const [closed] = await update(tx, [
    end.status,
    end.result ? JSON.stringify(end.result) : null,
    end.error ? JSON.stringify(end.error) : null,
    end.status,
    taskId,
  ])
  if (!closed) throw new Error(`task ${taskId} was not open`)
  return closed
}
