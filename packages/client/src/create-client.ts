/** The client: every call of the interface, typed by its OpenAPI document. */
import { Connection, type CallOptions, type ClientOptions } from './connection'
import type { components, operations } from './schema.generated'
import { sendCommand, type Command, type SendOptions, type SentCommand } from './send-command'
import { stream, type StreamMessage, type StreamOptions } from './stream'
import { waitForTask, type Task, type WaitOptions } from './wait-for-task'

type Schemas = components['schemas']
export type OpenedSession = Schemas['OpenedSession']
export type SessionPage = Schemas['SessionPage']
export type SessionState = Schemas['SessionState']
export type CommandReceipt = Schemas['CommandReceipt']
export type HistoryPage = Schemas['HistoryPage']
export type EventEnvelope = Schemas['EventEnvelope']
type ListQuery = NonNullable<operations['listSessions']['parameters']['query']>
type HistoryQuery = NonNullable<operations['readSessionHistory']['parameters']['query']>

/**
 * Every method but `stream` repeats by itself a call that got no answer or a 503, for all are safe to repeat.
 * They throw {@link ApiError} when the gateway refuses, {@link ConnectionError} when no answer came in all tries, and
 * the reason of their signal.
 */
export interface Client {
  /** Opens a session, once, however often it has to be said. */
  openSession(options?: SendOptions): Promise<OpenedSession>
  /** Sends a command, once, however often it has to be said: it makes an Idempotency-Key and keeps it. */
  sendCommand(sessionId: string, command: Command, options?: SendOptions): Promise<SentCommand>
  /** Follows the events of the caller's sessions, or of one, over all reconnections. */
  stream(options?: StreamOptions): AsyncGenerator<StreamMessage, void, undefined>
  /** The task, once it has ended. */
  waitForTask(taskId: string, options?: WaitOptions): Promise<Task>
  /** What a page needs after a reload; `stream_position` is where its stream goes on. */
  state(sessionId: string, options?: CallOptions): Promise<SessionState>
  /** The caller's sessions, newest first; `next_after` of a page is `after` of the next. */
  list(query?: ListQuery, options?: CallOptions): Promise<SessionPage>
  /** What became of a command, and where its events are on their way to Kafka. */
  receipt(sessionId: string, commandId: string, options?: CallOptions): Promise<CommandReceipt>
  /** The session's events, oldest first. */
  history(sessionId: string, query?: HistoryQuery, options?: CallOptions): Promise<HistoryPage>
  task(taskId: string, options?: CallOptions): Promise<Task>
  /** Gives up waiting for a task. */
  cancel(taskId: string, reason?: string, options?: CallOptions): Promise<Task>
  /** For agents: how far a task is. */
  progress(taskId: string, report: Schemas['ProgressReport'], options?: CallOptions): Promise<Task>
  /** For agents: what a task came to. */
  complete(
    taskId: string,
    result: Schemas['CompletionReport']['result'],
    options?: CallOptions,
  ): Promise<Task>
  /** For agents: why a task failed. */
  fail(taskId: string, error: Schemas['FailureReport']['error'], options?: CallOptions): Promise<Task>
}

/** A client of the gateway at `baseUrl`, for one caller. */
export function createClient(options: ClientOptions): Client {
  const connection = new Connection(options)
  const call = async <T>(make: Parameters<typeof connection.call<T>>[0], { signal }: CallOptions = {}) =>
    (await connection.call(make, signal)).data
  const task = (task_id: string) => ({ params: { path: { task_id } } })
  const session = (session_id: string) => ({ params: { path: { session_id } } })

  return {
    openSession: ({ idempotencyKey = crypto.randomUUID(), ...rest } = {}) =>
      call(
        (api, { headers, ...init }) =>
          api.POST('/genesis/sessions', {
            ...init,
            headers: { ...headers, 'Idempotency-Key': idempotencyKey },
            body: {},
          }),
        rest,
      ),
    sendCommand: (sessionId, command, rest) => sendCommand(connection, sessionId, command, rest),
    stream: (rest) => stream(connection, rest),
    waitForTask: (taskId, rest) => waitForTask(connection, taskId, rest),
    state: (id, rest) =>
      call((api, init) => api.GET('/genesis/sessions/{session_id}/state', { ...init, ...session(id) }), rest),
    list: (query = {}, rest) =>
      call((api, init) => api.GET('/genesis/sessions', { ...init, params: { query } }), rest),
    receipt: (session_id, command_id, rest) =>
      call(
        (api, init) =>
          api.GET('/genesis/sessions/{session_id}/commands/{command_id}', {
            ...init,
            params: { path: { session_id, command_id } },
          }),
        rest,
      ),
    history: (session_id, query = {}, rest) =>
      call(
        (api, init) =>
          api.GET('/genesis/sessions/{session_id}/events', {
            ...init,
            params: { path: { session_id }, query },
          }),
        rest,
      ),
    task: (id, rest) => call((api, init) => api.GET('/tasks/{task_id}', { ...init, ...task(id) }), rest),
    cancel: (id, reason, rest) =>
      call(
        (api, init) =>
          api.POST('/tasks/{task_id}/cancel', {
            ...init,
            ...task(id),
            body: reason === undefined ? {} : { reason },
          }),
        rest,
      ),
    progress: (id, body, rest) =>
      call((api, init) => api.POST('/tasks/{task_id}/progress', { ...init, ...task(id), body }), rest),
    complete: (id, result, rest) =>
      call(
        (api, init) => api.POST('/tasks/{task_id}/complete', { ...init, ...task(id), body: { result } }),
        rest,
      ),
    fail: (id, error, rest) =>
      call((api, init) => api.POST('/tasks/{task_id}/fail', { ...init, ...task(id), body: { error } }), rest),
  }
}
