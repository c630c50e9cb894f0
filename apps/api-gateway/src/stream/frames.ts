/** Server-Sent Events as bytes. */
import type { TaskProgress } from './read-task-progress'
import type { StreamEvent } from './stream-event'

/** An event as one kind of stream sends it; streams that show the same share it. */
export interface Frame {
  readonly version: number
  readonly bytes: Buffer
}

/** A comment: proxies see a connection in use, and readers one that lives. */
export const HEARTBEAT = Buffer.from(': heartbeat\n\n')

/** The frame of an event. @param position where a reader stands that has seen it */
export function eventFrame(position: string, event: StreamEvent): Frame {
  // Names of ours have no line ends; what others wrote must not be able to forge a frame.
  const type = event.type.replaceAll(/[\r\n]/g, ' ')
  const text = `id: ${position}\nevent: ${type}\ndata: ${event.envelope}\n\n`
  return { version: event.version, bytes: Buffer.from(text) }
}

/**
 * What a stream begins with. It has an id and no data, which no reader takes for an event: whoever is cut off
 * before the first event resumes from here.
 * @param retryMs how long to wait before connecting again
 */
export function openingFrame(position: string, retryMs: number): Buffer {
  return Buffer.from(`retry: ${retryMs}\nid: ${position}\n\n`)
}

/** The frame of a task's progress. It has no id: it is no event, and is not shown again. */
export function progressFrame({ taskId, progress, message }: TaskProgress): Buffer {
  const data = JSON.stringify({ task_id: taskId, progress, ...(message === undefined ? {} : { message }) })
  return Buffer.from(`event: task.progress\ndata: ${data}\n\n`)
}
