/** Cancels the open tasks of a session that is being finished. */
import { statement } from '../database/statement'
import { SESSION_FINISHED_ERROR, type OpenTask } from '../genesis/task'
import type { Transaction } from './unit-of-work'

const update = statement(
  'cancel-tasks',
  `UPDATE async_tasks SET status = 'CANCELLED', error_data = ?::jsonb, updated_at = clock_timestamp()
    WHERE id = ANY (?::uuid[]) AND status IN ('PENDING', 'RUNNING')`,
)

export async function cancelTasks(tx: Transaction, tasks: readonly OpenTask[]): Promise<void> {
  if (tasks.length > 0)
    await update(tx, [JSON.stringify(SESSION_FINISHED_ERROR), tasks.map(({ taskId }) => taskId)])
}
