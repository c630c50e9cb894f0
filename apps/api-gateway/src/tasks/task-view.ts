/** A task as callers see it. */
import { OPEN_TASK_STATUSES } from '@infinite-scribe/shared-types'
import type { TaskView } from '../ports'
import type { FoundTask } from './find-task'

export function viewOf(task: FoundTask): TaskView {
  return {
    task_id: task.id,
    task_type: task.task_type,
    status: task.status,
    progress: Number(task.progress),
    ...(task.message === null ? {} : { message: task.message }),
    session_id: task.session_id,
    command_id: task.triggered_by_command_id,
    ...(task.result_data === null ? {} : { result: task.result_data }),
    ...(task.error_data === null ? {} : { error: task.error_data }),
    created_at: task.created_at.toISOString(),
    updated_at: task.updated_at.toISOString(),
  }
}

/** Whether nothing can happen to the task any more. */
export function hasEnded({ status }: Pick<FoundTask, 'status'>): boolean {
  return !OPEN_TASK_STATUSES.some((open) => open === status)
}
