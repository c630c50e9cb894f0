/** What the client's unit tests share: a fetch that answers as it is told, one answer after another. */

export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

type Reply = Response | Error | ((request: Request) => Response | Promise<Response>)

/** A fetch that gives `replies` in turn (the last one for ever), and what it was asked. */
export function answering(...replies: Reply[]): { fetch: typeof fetch; seen: Seen[] } {
  const seen: Seen[] = []
  const answer = async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    request.signal.throwIfAborted()
    const { method, url, headers } = request
    seen.push({ method, url, headers, body: await request.clone().text() })
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!
    if (reply instanceof Error) throw reply
    return typeof reply === 'function' ? reply(request) : reply.clone()
  }
  return { fetch: answer, seen }
}

export function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers })
}

export function refusal(
  status: number,
  error_code: string,
  headers: Record<string, string> = {},
  details = {},
) {
  return json(status, { error_code, message: error_code, ...details }, headers)
}

/** A stream that sends `text` and then ends, or stays open until it is let go. */
export function sse(text: string, { open = false } = {}): () => Response {
  return () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(text))
          if (!open) controller.close()
        },
      }),
      { headers: { 'content-type': 'text/event-stream' } },
    )
}

export const lost = () => new TypeError('fetch failed')
export const quick = { retry: { firstDelayMs: 1, maxDelayMs: 50 } }
