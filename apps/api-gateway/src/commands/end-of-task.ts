/** The time at which a task ends: a session's ends are ordered by it. */
import { OPEN_TASK } from '../database/status-lists'

/**
 * SQL in an UPDATE of async_tasks that ends a task, later than all ends of its session that were there before.
 *
 * clock_timestamp(), not now(): the session's row is locked by this time. In a SELECT of its own it is asked once, so
 * that tasks which end by one statement can be ordered. The clock may have been set back since the last end.
 */
export const END_OF_TASK = `greatest((SELECT clock_timestamp()),
  (SELECT max(other.updated_at) + interval '1 microsecond' FROM async_tasks other
    WHERE other.session_id = async_tasks.session_id AND other.status NOT IN ${OPEN_TASK}))`
