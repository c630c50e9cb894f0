/** Sends a command once, however often it has to be said. */
import { isApiError, type ApiError } from './api-error'
import type { CallOptions, Connection } from './connection'
import type { components } from './schema.generated'

type Schemas = components['schemas']
export type Command = Schemas['CommandRequest']

export interface SendOptions extends CallOptions {
  /** Made anew unless given: give one to repeat a command of an earlier page, or of an earlier process. */
  readonly idempotencyKey?: string
}

export interface SentCommand {
  readonly command_id: string
  readonly status: Schemas['CommandCompleted']['status']
  readonly message: string
  /** Of a command that a task will finish. */
  readonly task_id?: string
  /** The gateway knew the command already. */
  readonly replayed: boolean
  readonly idempotencyKey: string
}

/**
 * Sends `command`; tries that got no answer are repeated under one Idempotency-Key.
 * @throws {ApiError} {ConnectionError} as {@link Connection.call} does.
 */
export async function sendCommand(
  connection: Connection,
  sessionId: string,
  command: Command,
  { signal, idempotencyKey = crypto.randomUUID() }: SendOptions = {},
): Promise<SentCommand> {
  try {
    const { data, headers } = await connection.call(
      (api, { headers, ...init }) =>
        api.POST('/genesis/sessions/{session_id}/commands', {
          ...init,
          headers: { ...headers, 'Idempotency-Key': idempotencyKey },
          params: { path: { session_id: sessionId } },
          body: command,
        }),
      signal,
    )
    return { ...data, replayed: headers.get('idempotent-replayed') === 'true', idempotencyKey }
  } catch (error) {
    if (!isThisVeryCommand(error)) throw error
    return accepted(connection, sessionId, error.body.duplicate_command_id, idempotencyKey, signal)
  }
}

// A try whose answer was lost may have been carried out: the next one is told that its own command is under way.
function isThisVeryCommand(error: unknown): error is ApiError<'DUPLICATE_COMMAND'> {
  return isApiError(error, 'DUPLICATE_COMMAND') && error.replayed
}

async function accepted(
  connection: Connection,
  sessionId: string,
  commandId: string,
  idempotencyKey: string,
  signal?: AbortSignal,
): Promise<SentCommand> {
  const { data } = await connection.call(
    (api, init) =>
      api.GET('/genesis/sessions/{session_id}/commands/{command_id}', {
        ...init,
        params: { path: { session_id: sessionId, command_id: commandId } },
      }),
    signal,
  )
  return {
    command_id: commandId,
    status: data.status,
    message: 'Command accepted',
    ...(data.task_id === undefined ? {} : { task_id: data.task_id }),
    replayed: true,
    idempotencyKey,
  }
}
