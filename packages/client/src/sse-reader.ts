/** Reads Server-Sent Events from a response, chunk by chunk, and gives up on one that has gone silent. */
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { ConnectionError } from './api-error'
import { orSilence } from './silence'

export interface SseListener {
  /** The first block has come; `id` is the position of a reader that has seen no event yet, where it holds one. */
  onBegin(id: string | undefined): void
  /** Milliseconds to wait before connecting again. */
  onRetry(ms: number): void
}

/**
 * The events of `body`, until it ends.
 * @param silenceMs how long nothing may come, heartbeats included
 * @throws {ConnectionError} when the connection breaks or goes silent.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  listener: SseListener,
  silenceMs: number,
): AsyncGenerator<EventSourceMessage, void, undefined> {
  const found: EventSourceMessage[] = []
  const parser = createParser({
    onEvent: (event) => found.push(event),
    onRetry: (ms) => listener.onRetry(ms),
  })
  const opening = openingReader((id) => listener.onBegin(id))
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await orSilence(reader.read(), silenceMs).catch(broken)
      if (done) return
      const text = decoder.decode(value, { stream: true })
      opening(text)
      parser.feed(text)
      yield* found.splice(0)
    }
  } finally {
    // Lets go of the connection, also when the events are no longer wanted.
    reader.cancel().catch(() => undefined)
  }
}

/** The parser keeps the id of a block without data to itself, and the stream begins with such a block. */
function openingReader(begun: (id: string | undefined) => void): (text: string) => void {
  let head: string | undefined = ''
  return (text) => {
    if (head === undefined) return
    head += text
    const end = /\r\n\r\n|\n\n|\r\r/.exec(head)
    if (!end) return
    const block = head.slice(0, end.index)
    head = undefined
    const [, id] = /^id: ?(.+)$/m.exec(block) ?? []
    begun(/^data:/m.test(block) ? undefined : id)
  }
}

function broken(cause: unknown): never {
  throw cause instanceof ConnectionError
    ? cause
    : new ConnectionError('The stream broke', undefined, { cause })
}
