/** Cancels the open tasks of a session that is being finished. */
import { OPEN_TASK } from '../database/status-lists'
import { END_OF_TASK } from './end-of-task'

/**
 * The UPDATE that cancels tasks which have not ended.
 * @param cancelling a relation with the columns `task_id`, `error` (jsonb), and `position`: the tasks of one session
 *   end in its order, as their events do
 */
export const CANCEL_TASKS = (cancelling: string) => `
  UPDATE async_tasks
     SET status = 'CANCELLED', error_data = cancelling.error,
         updated_at = ${END_OF_TASK} + cancelling.position * interval '1 microsecond'
    FROM ${cancelling} cancelling
   WHERE async_tasks.id = cancelling.task_id AND async_tasks.status IN ${OPEN_TASK}`
