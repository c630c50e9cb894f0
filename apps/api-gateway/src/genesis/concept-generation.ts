/** The task of generating a concept: the event that each of its ends appends. */
import {
  GENESIS_EVENTS,
  type CommandStatus,
  type JsonObject,
  type TaskStatus,
} from '@infinite-scribe/shared-types'
import { decided, type DecidedEvent, type OpenTask } from './decision'

/** How a task can end. */
export type TaskEnd =
  | { readonly how: 'completed'; readonly result: JsonObject }
  | { readonly how: 'failed' | 'cancelled' | 'timed_out'; readonly error: JsonObject }

/** The statuses that an end leaves behind. */
export const STATUSES_AFTER: Readonly<
  Record<TaskEnd['how'], { readonly task: TaskStatus; readonly command: CommandStatus }>
> = {
  completed: { task: 'COMPLETED', command: 'COMPLETED' },
  failed: { task: 'FAILED', command: 'FAILED' },
  cancelled: { task: 'CANCELLED', command: 'FAILED' },
  timed_out: { task: 'FAILED', command: 'FAILED' },
}

/** The event that tells how `task` of the session ended. */
export function conceptGenerationEnded(sessionId: string, task: OpenTask, end: TaskEnd): DecidedEvent {
  const about = { session_id: sessionId, task_id: task.taskId }
  if (end.how === 'completed')
    return decided(GENESIS_EVENTS.conceptProposed, { ...about, result: end.result }, task)
  return decided(
    GENESIS_EVENTS.conceptGenerationFailed,
    { ...about, reason: end.how, error: end.error },
    task,
  )
}

/** The error of a task that was open when its session was finished. */
export const SESSION_FINISHED_ERROR: JsonObject = {
  message: 'The session was finished before the task ended',
  code: 'session_finished',
}
