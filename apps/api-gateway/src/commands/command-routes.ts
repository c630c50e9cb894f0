/** The routes of commands: send one, and read what became of it. */
import type { JsonObject } from '@infinite-scribe/shared-types'
import { endpoint, ok, type Endpoint } from '../http/endpoint'
import { isRefusal } from '../outcome'
import type { CommandAnswer, CommandPort } from '../ports'
import { COMMAND_ACCEPTED, COMMAND_BODY, COMMAND_COMPLETED, RECEIPT } from './command-schemas'

/** The endpoints that `commands` answers. */
export function commandEndpoints(commands: CommandPort): Endpoint[] {
  return [
    endpoint<{ command_type: string; payload?: JsonObject }>({
      method: 'post',
      path: '/genesis/sessions/{session_id}/commands',
      operationId: 'sendCommand',
      summary: 'Send a command',
      rateLimited: true,
      takesIdempotencyKey: true,
      oneAtATime: true,
      body: COMMAND_BODY,
      answers: { 200: COMMAND_COMPLETED, 202: COMMAND_ACCEPTED },
      location: '/tasks/{task_id}',
      refusals: [
        'UNSUPPORTED_COMMAND_TYPE',
        'SESSION_NOT_FOUND',
        'IDEMPOTENCY_KEY_REUSED',
        'STAGE_MISMATCH',
        'SESSION_NOT_ACTIVE',
        'COMMAND_NOT_ALLOWED',
        'DUPLICATE_COMMAND',
      ],
      handle: async ({ context, ids, body, idempotencyKey }) => {
        const answer = await commands.processCommand({
          ...context,
          sessionId: ids.session_id,
          commandType: body.command_type,
          payload: body.payload ?? {},
          ...(idempotencyKey !== undefined && { idempotencyKey }),
        })
        return isRefusal(answer) ? answer : answered(answer)
      },
    }),
    endpoint({
      method: 'get',
      path: '/genesis/sessions/{session_id}/commands/{command_id}',
      operationId: 'readReceipt',
      summary: "Read a command's receipt",
      answers: { 200: RECEIPT },
      refusals: ['SESSION_NOT_FOUND', 'COMMAND_NOT_FOUND'],
      handle: async ({ context, ids }) =>
        ok(await commands.receipt(context.caller, ids.session_id, ids.command_id)),
    }),
  ]
}

function answered({ mode, commandId, taskId, eventId, status, message, replayed }: CommandAnswer) {
  const body = { command_id: commandId, status, message }
  const forLog = { commandId, ...(eventId !== undefined && { eventId }) }
  if (mode === 'sync' || taskId === undefined) return { status: 200, body, replayed, ...forLog } as const
  return {
    status: 202,
    body: { ...body, task_id: taskId },
    location: `/tasks/${taskId}`,
    replayed,
    ...forLog,
  } as const
}
