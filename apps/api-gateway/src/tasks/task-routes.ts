/** The routes of tasks: read one, report on it as an agent, cancel it as its owner. */
import type { JsonObject } from '@infinite-scribe/shared-types'
import { endpoint, type Answer, type Endpoint } from '../http/endpoint'
import { isRefusal, type Refusal } from '../outcome'
import type { TaskPort, TaskView } from '../ports'
import { AGENT_SCOPE } from './task-service'
import { CANCEL_BODY, COMPLETE_BODY, FAIL_BODY, PROGRESS_BODY, TASK } from './task-schemas'

/** The endpoints that `tasks` answers. */
export function taskEndpoints(tasks: TaskPort): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/tasks/{task_id}',
      operationId: 'readTask',
      summary: 'Read a task',
      answers: { 200: TASK },
      refusals: ['TASK_NOT_FOUND'],
      handle: async ({ context, ids }) => shown(await tasks.get(context.caller, ids.task_id)),
    }),
    endpoint<{ progress: number; message?: string }>({
      method: 'post',
      path: '/tasks/{task_id}/progress',
      operationId: 'reportProgress',
      summary: 'Report how far a task is',
      scope: AGENT_SCOPE,
      body: PROGRESS_BODY,
      answers: { 200: TASK },
      refusals: ['TASK_NOT_FOUND', 'TASK_ALREADY_ENDED'],
      handle: async ({ context, ids, body }) => shown(await tasks.progress(context, ids.task_id, body)),
    }),
    endpoint<{ result: JsonObject }>({
      method: 'post',
      path: '/tasks/{task_id}/complete',
      operationId: 'completeTask',
      summary: 'Report what a task came to',
      scope: AGENT_SCOPE,
      body: COMPLETE_BODY,
      answers: { 200: TASK },
      refusals: ['TASK_NOT_FOUND', 'TASK_ALREADY_ENDED'],
      handle: async ({ context, ids, body }) => shown(await tasks.complete(context, ids.task_id, body)),
    }),
    endpoint<{ error: JsonObject }>({
      method: 'post',
      path: '/tasks/{task_id}/fail',
      operationId: 'failTask',
      summary: 'Report that a task failed',
      scope: AGENT_SCOPE,
      body: FAIL_BODY,
      answers: { 200: TASK },
      refusals: ['TASK_NOT_FOUND', 'TASK_ALREADY_ENDED'],
      handle: async ({ context, ids, body }) => shown(await tasks.fail(context, ids.task_id, body)),
    }),
    endpoint<{ reason?: string }>({
      method: 'post',
      path: '/tasks/{task_id}/cancel',
      operationId: 'cancelTask',
      summary: 'Give up waiting for a task',
      body: CANCEL_BODY,
      bodyOptional: true,
      answers: { 200: TASK },
      refusals: ['TASK_NOT_FOUND', 'TASK_ALREADY_ENDED'],
      handle: async ({ context, ids, body }) => shown(await tasks.cancel(context, ids.task_id, body)),
    }),
  ]
}

function shown(task: TaskView | Refusal): Answer | Refusal {
  return isRefusal(task) ? task : { status: 200, body: task, commandId: task.command_id }
}
