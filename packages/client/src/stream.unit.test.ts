/** The stream over connections that break, end, refuse and go silent. */
import { createClient, isApiError, type ClientOptions, type StreamMessage, type StreamOptions } from '.'
import { answering, lost, refusal, sse } from './faulty-gateway.kit.test'

const at = (id: string) => `id: ${id}\nevent: E\ndata: {"event_id":"${id}","metadata":{}}\n\n`
const opening = (id: string, retry = 1) => `retry: ${retry}\nid: ${id}\n\n`

/** Follows until `count` messages came, or it ends by itself. */
async function follow(
  fetch: typeof globalThis.fetch,
  count: number,
  options: StreamOptions = {},
  more: Partial<ClientOptions> = {},
): Promise<StreamMessage[]> {
  const client = createClient({ baseUrl: 'http://gateway', token: 'token', fetch, ...more })
  const messages: StreamMessage[] = []
  for await (const message of client.stream(options)) {
    messages.push(message)
    if (messages.length === count) break
  }
  return messages
}
const positions = (seen: { headers: Headers }[]) => seen.map(({ headers }) => headers.get('last-event-id'))
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  )

test('resumes after the last event that it has shown', async () => {
  const { fetch, seen } = answering(
    sse(opening('p0') + at('a') + at('b')),
    sse(opening('b') + at('c')),
    sse(at('d'), { open: true }),
  )
  const messages = await follow(fetch, 4, { sessionId: 's 1' })
  expect(messages.map((message) => message.kind === 'event' && message.id)).toEqual(['a', 'b', 'c', 'd'])
  expect(positions(seen)).toEqual([null, 'b', 'c'])
  expect(seen[0]!.url).toBe('http://gateway/events/stream?context_id=s%201')
  expect(seen[0]!.headers.get('accept')).toBe('text/event-stream')
})

test('resumes from where the stream began when it was cut before the first event', async () => {
  const { fetch, seen } = answering(sse(opening('p0')), sse(at('a')))
  await follow(fetch, 1)
  expect(positions(seen)).toEqual([null, 'p0'])
})

test('begins after the position that is given', async () => {
  const { fetch, seen } = answering(sse(at('b'), { open: true }))
  await follow(fetch, 1, { lastEventId: 'a' })
  expect(positions(seen)).toEqual(['a'])
})

test('an event that was cut in two is not shown, and not passed by', async () => {
  const { fetch, seen } = answering(sse(opening('p') + at('a') + 'id: b\nevent: E\nda'), sse(at('b')))
  const messages = await follow(fetch, 2)
  expect(messages).toHaveLength(2)
  expect(positions(seen)).toEqual([null, 'a'])
})

test('is open only when it knows its position: nothing is missed from then on', async () => {
  let opened = 0
  const cut = answering(sse('retry: 1\nid: p'), sse(opening('p')), sse(at('a')))
  const told: number[] = []
  await follow(cut.fetch, 1, { onOpen: () => opened++, onLost: () => told.push(opened) })
  expect(told).toEqual([0, 1])
  expect(positions(cut.seen)).toEqual([null, null, 'p'])
})

test('shows progress, which is no position', async () => {
  const progress = 'event: task.progress\ndata: {"task_id":"t","progress":40}\n\n'
  const { fetch, seen } = answering(sse(opening('p') + progress + 'data: {}\n\n'), sse(at('a')))
  expect(await follow(fetch, 2)).toEqual([
    { kind: 'progress', task_id: 't', progress: 40 },
    { kind: 'event', id: 'a', event: { event_id: 'a', metadata: {} } },
  ])
  expect(positions(seen)).toEqual([null, 'p'])
})

test('waits as long as retry says', async () => {
  const { fetch } = answering(sse(opening('p', 400)), sse(at('a')))
  const since = performance.now()
  await follow(fetch, 1)
  expect(performance.now() - since).toBeGreaterThan(190)
})

test('comes back after lost connections, 503, and too many streams; and tells', async () => {
  const told: unknown[] = []
  let opened = 0
  const { fetch, seen } = answering(
    sse(opening('p')),
    lost(),
    refusal(503, 'SHUTTING_DOWN', { 'retry-after': '0' }),
    refusal(429, 'TOO_MANY_STREAMS', { 'retry-after': '0' }),
    sse(at('a')),
  )
  const onLost = (error: unknown) => told.push((error as Error | undefined)?.name)
  await follow(fetch, 1, { onOpen: () => opened++, onLost })
  expect(told).toEqual([undefined, 'ConnectionError', 'ApiError', 'ApiError'])
  expect(opened).toBe(2)
  expect(positions(seen)).toEqual([null, 'p', 'p', 'p', 'p'])
})

test('a connection that goes silent is given up', async () => {
  const { fetch, seen } = answering(sse(opening('p'), { open: true }), sse(at('a'), { open: true }))
  await follow(fetch, 1, { silenceMs: 150 })
  expect(seen).toHaveLength(2)
})

test('a connection that breaks is made again', async () => {
  const broken = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.error(new Error('reset')),
      }),
    )
  const { fetch, seen } = answering(sse(opening('p')), broken, sse(at('a')))
  await follow(fetch, 1)
  expect(positions(seen)).toEqual([null, 'p', 'p'])
})

test('a gateway that takes the connection and never answers is given up', async () => {
  const mute = (request: Request) =>
    new Promise<Response>((_resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(request.signal.reason as Error))
    })
  const { fetch, seen } = answering(sse(opening('p')), mute, sse(at('a')))
  const told: unknown[] = []
  await follow(fetch, 1, { silenceMs: 150, onLost: (error) => told.push(error?.message) })
  expect(told).toEqual([undefined, 'Nothing came for 150 ms'])
  expect(positions(seen)).toEqual([null, 'p', 'p'])
})

test('a token that cannot be had for once is a connection that was lost', async () => {
  let asked = 0
  const token = () => (++asked === 2 ? Promise.reject(new Error('signed out')) : 'token')
  const { fetch, seen } = answering(sse(opening('p')), sse(at('a')))
  const told: unknown[] = []
  await follow(fetch, 1, { onLost: (error) => told.push(error?.cause) }, { token })
  expect(told).toEqual([undefined, new Error('signed out')])
  expect(positions(seen)).toEqual([null, 'p'])
})

test('a new token is asked for when the stream has ended, and once more when it is refused', async () => {
  let n = 0
  const token = () => `token-${++n}`
  const { fetch, seen } = answering(sse(opening('p')), refusal(401, 'TOKEN_EXPIRED'), sse(at('a')))
  await follow(fetch, 1, {}, { token })
  expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual([
    'Bearer token-1',
    'Bearer token-2',
    'Bearer token-3',
  ])
  const again = answering(sse(opening('p')), refusal(401, 'INVALID_TOKEN'))
  expect(isApiError(await failure(follow(again.fetch, 1, {}, { token })), 'INVALID_TOKEN')).toBe(true)
  expect(again.seen).toHaveLength(3)
})

test.each([
  ['a token that is a string and is refused', 401, 'TOKEN_EXPIRED'],
  ['an unknown session', 404, 'SESSION_NOT_FOUND'],
  ['a position that is none', 400, 'INVALID_LAST_EVENT_ID'],
] as const)('%s ends it with the error', async (_, status, code) => {
  const { fetch, seen } = answering(refusal(status, code))
  expect(isApiError(await failure(follow(fetch, 1)), code)).toBe(true)
  expect(seen).toHaveLength(1)
})

test('a signal ends it without an error: before, while it is open, and while it waits', async () => {
  const never = answering(sse(at('a')))
  expect(await follow(never.fetch, 9, { signal: AbortSignal.abort() })).toEqual([])
  expect(never.seen).toHaveLength(0)

  const open = new AbortController()
  const body = (request: Request) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(at('a')))
          request.signal.addEventListener('abort', () => controller.error(request.signal.reason))
        },
      }),
    )
  const following = follow(answering(body).fetch, 9, {
    signal: open.signal,
    onOpen: () => setTimeout(() => open.abort(), 20),
  })
  expect(await following).toHaveLength(1)

  const waiting = new AbortController()
  const ended = answering(sse(opening('p', 60_000)))
  const options = { signal: waiting.signal, onLost: () => setTimeout(() => waiting.abort(), 20) }
  expect(await follow(ended.fetch, 9, options)).toEqual([])
})

test('leaving the loop closes the connection', async () => {
  let signal: AbortSignal | undefined
  const { fetch } = answering((request) => {
    signal = request.signal
    return sse(at('a'), { open: true })()
  })
  await follow(fetch, 1)
  expect(signal?.aborted).toBe(true)
})
