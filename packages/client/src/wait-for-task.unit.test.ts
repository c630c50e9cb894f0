/** Waiting for a task that is slow to end, or does not. */
import { createClient, hasEnded, WaitTimeoutError } from '.'
import { answering, json, quick, refusal, sse } from './faulty-gateway.kit.test'

const task = (status: string, updated_at = status) =>
  json(200, { task_id: 't', session_id: 's', status, updated_at, progress: 0 })

/** A gateway whose task goes through `statuses`, one for each look, and that has no stream to show. */
function slow(...statuses: string[]) {
  const looks = answering(...statuses.map((status) => task(status)))
  const streams = answering(refusal(404, 'SESSION_NOT_FOUND'))
  const fetch: typeof globalThis.fetch = (input, init) =>
    (String(input instanceof Request ? input.url : input).includes('/events/') ? streams : looks).fetch(
      input,
      init,
    )
  return { client: createClient({ baseUrl: 'http://gateway', token: 't', fetch, ...quick }), looks, streams }
}

test('looks again and again where there is no stream, and tells of every change', async () => {
  const { client, looks, streams } = slow('PENDING', 'RUNNING', 'RUNNING', 'COMPLETED')
  const seen: string[] = []
  const ended = await client.waitForTask('t', {
    pollIntervalMs: 5,
    onProgress: ({ status }) => seen.push(status),
  })
  expect(ended.status).toBe('COMPLETED')
  expect(hasEnded(ended)).toBe(true)
  expect(seen).toEqual(['PENDING', 'RUNNING'])
  expect(looks.seen).toHaveLength(4)
  expect(streams.seen).toHaveLength(1)
})

test('a task that has ended needs no stream', async () => {
  const { client, streams } = slow('CANCELLED')
  expect(await client.waitForTask('t')).toMatchObject({ status: 'CANCELLED' })
  expect(streams.seen).toHaveLength(0)
})

test('ends with a WaitTimeoutError when the time is up', async () => {
  const { client } = slow('RUNNING')
  const wait = client.waitForTask('t', { timeoutMs: 30, pollIntervalMs: 5 })
  await expect(wait).rejects.toBeInstanceOf(WaitTimeoutError)
})

test('outlives a token that cannot be had, and a stream that is none', async () => {
  let asked = 0
  const token = () => (++asked === 2 ? Promise.reject(new Error('signed out')) : 'token')
  const looks = answering(task('PENDING'), task('RUNNING'), task('COMPLETED'))
  const streams = answering(sse('id: p\n\nid: a\nevent: E\ndata: no JSON\n\n'))
  const fetch: typeof globalThis.fetch = (input, init) =>
    (String(input instanceof Request ? input.url : input).includes('/events/') ? streams : looks).fetch(
      input,
      init,
    )
  const uncaught: unknown[] = []
  const onUncaught = (error: unknown) => uncaught.push(error)
  process.on('unhandledRejection', onUncaught)
  const client = createClient({ baseUrl: 'http://gateway', token, fetch, ...quick })
  expect(await client.waitForTask('t', { pollIntervalMs: 20 })).toMatchObject({ status: 'COMPLETED' })
  process.off('unhandledRejection', onUncaught)
  expect(uncaught).toEqual([])
})

test("ends with its signal's reason", async () => {
  const { client } = slow('RUNNING')
  const reason = new Error('the page is gone')
  const controller = new AbortController()
  const wait = client.waitForTask('t', {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  })
  await expect(wait).rejects.toBe(reason)
  await expect(client.waitForTask('t', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
})

test('a task that is not there is an error', async () => {
  const { fetch } = answering(refusal(404, 'TASK_NOT_FOUND'))
  const client = createClient({ baseUrl: 'http://gateway', token: 't', fetch })
  await expect(client.waitForTask('t')).rejects.toMatchObject({ errorCode: 'TASK_NOT_FOUND' })
})
