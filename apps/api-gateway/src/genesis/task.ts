/** The work that an asynchronous command asks for: what it is while it is open, and how it can end. */
import type { CommandStatus, JsonObject, TaskStatus, TaskType } from '@infinite-scribe/shared-types'

/** A task that has not ended, and the command that asked for it. */
export interface OpenTask {
  readonly taskId: string
  readonly commandId: string
  readonly taskType: TaskType
}

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

/** The error of a task that was open when its session was finished. */
export const SESSION_FINISHED_ERROR: JsonObject = {
  message: 'The session was finished before the task ended',
  code: 'session_finished',
}
