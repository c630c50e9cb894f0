/** Cancels the open tasks of a session that is being finished. */
import { OPEN_TASK } from '../database/status-lists'

/**
 * The UPDATE that cancels tasks which have not ended.
 * @param cancelling a relation with the columns `task_id` and `error` (jsonb)
 */
export const CANCEL_TASKS = (cancelling: string) => `
  UPDATE async_tasks
     SET status = 'CANCELLED', error_data = cancelling.error, updated_at = clock_timestamp()
    FROM ${cancelling} cancelling
   WHERE async_tasks.id = cancelling.task_id AND async_tasks.status IN ${OPEN_TASK}`
