/** Writes an agent's progress report: the first makes the task RUNNING and its command PROCESSING. */
import type { Transaction } from '../commands/unit-of-work'
import { OPEN_TASK } from '../database/status-lists'
import { statement } from '../database/statement'
import type { FoundTask } from './find-task'

const updateCommand = statement(
  'start-command',
  `UPDATE command_inbox SET status = 'PROCESSING', updated_at = clock_timestamp()
    WHERE id = ?::uuid AND status = 'RECEIVED'`,
)

// updated_at restarts the time-out's clock.
const updateTask = statement<Omit<FoundTask, 'owner'>>(
  'record-progress',
  `UPDATE async_tasks
      SET status = 'RUNNING', progress = ?::numeric, message = coalesce(?::text, message),
          updated_at = clock_timestamp()
    WHERE id = ?::uuid AND status IN ${OPEN_TASK}
RETURNING id, task_type, status, progress, message, session_id, triggered_by_command_id,
          result_data, error_data, created_at, updated_at`,
)

/**
 * The task as it stands after the report.
 * @throws when it was not open: the caller read it in this very transaction.
 */
export async function recordProgress(
  tx: Transaction,
  task: FoundTask,
  report: { progress: number; message?: string },
): Promise<FoundTask> {
  if (task.status === 'PENDING') await updateCommand(tx, [task.triggered_by_command_id])
  const [updated] = await updateTask(tx, [report.progress, report.message ?? null, task.id])
  if (!updated) throw new Error(`task ${task.id} was not open`)
  return { ...updated, owner: task.owner }
}
