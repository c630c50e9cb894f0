/** Waits for the end of a task: woken by the event stream, with a poll as the net. */
import { delay } from './abortable-delay'
import { WaitTimeoutError } from './api-error'
import type { CallOptions, Connection } from './connection'
import type { components } from './schema.generated'
import { stream, type StreamMessage } from './stream'

export type Task = components['schemas']['Task']

export interface WaitOptions extends CallOptions {
  /** In milliseconds; it waits for ever unless given. */
  readonly timeoutMs?: number
  /** Between two looks when the stream is silent, in milliseconds; 5 s unless given. */
  readonly pollIntervalMs?: number
  /** Told of every sign of life. */
  readonly onProgress?: (task: Task) => void
}

const POLL_INTERVAL_MS = 5_000
const OPEN: readonly Task['status'][] = ['PENDING', 'RUNNING']

/** Whether a task's status is one of its ends. */
export function hasEnded({ status }: Task): boolean {
  return !OPEN.includes(status)
}

/**
 * The task, once it has ended.
 * @throws {WaitTimeoutError} when the time is up; the signal's reason; {ApiError} {ConnectionError} as any call does.
 */
export async function waitForTask(
  connection: Connection,
  taskId: string,
  options: WaitOptions = {},
): Promise<Task> {
  const stop = new AbortController()
  const onAbort = (): void => stop.abort(options.signal?.reason)
  options.signal?.throwIfAborted()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const { timeoutMs } = options
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => stop.abort(new WaitTimeoutError(`The task ${taskId} had not ended after ${timeoutMs} ms`)),
          timeoutMs,
        )
  try {
    return await look(connection, taskId, options, stop.signal)
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', onAbort)
    // Ends the stream that woke us.
    stop.abort()
  }
}

async function look(
  connection: Connection,
  taskId: string,
  { pollIntervalMs = POLL_INTERVAL_MS, onProgress }: WaitOptions,
  signal: AbortSignal,
): Promise<Task> {
  const bell = new Bell()
  let following = false
  let seen = ''
  for (;;) {
    const rung = bell.next()
    const { data: task } = await connection.call(
      (api, init) => api.GET('/tasks/{task_id}', { ...init, params: { path: { task_id: taskId } } }),
      signal,
    )
    if (hasEnded(task)) return task
    if (seen !== task.updated_at) onProgress?.(task)
    seen = task.updated_at
    if (!following) void follow(connection, task, bell, signal)
    following = true
    await Promise.race([rung, delay(pollIntervalMs, signal)])
    signal.throwIfAborted()
  }
}

/** Rings when the stream opens, and whenever it shows the task. */
async function follow(
  connection: Connection,
  { task_id, session_id }: Task,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  const about = (message: StreamMessage): unknown =>
    message.kind === 'progress' ? message.task_id : message.event.metadata.task_id
  try {
    // What ended the task before the stream was open is found by the look that the opening rings for.
    const options = { sessionId: session_id, signal, onOpen: () => bell.ring() }
    for await (const message of stream(connection, options)) if (about(message) === task_id) bell.ring()
  } catch {
    // An agent may look at the task and not at the session: the poll is left, whatever became of the stream.
  }
}

/** Wakes whoever waits; a ring while nobody does is kept for the next. */
class Bell {
  private wake: (() => void) | undefined
  private kept = false

  next(): Promise<void> {
    const wait = new Promise<void>((resolve) => (this.wake = resolve))
    if (this.kept) this.ring()
    return wait
  }

  ring(): void {
    this.kept = this.wake === undefined
    this.wake?.()
    this.wake = undefined
  }
}
