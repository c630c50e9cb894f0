/** One call: its retries, its key, its errors. */
import { ApiError, ConnectionError, createClient, isApiError } from '.'
import { answering, json, lost, quick, refusal } from './faulty-gateway.kit.test'

const done = () => json(200, { command_id: 'c', status: 'COMPLETED', message: 'Command completed' })
const command = { command_type: 'ConfirmStage' } as const
const clientOf = (fetch: typeof globalThis.fetch, more = {}) =>
  createClient({ baseUrl: 'http://gateway/', token: 'a-token', fetch, ...quick, ...more })
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  )

test('keeps one Idempotency-Key over lost answers, 503 and OUTCOME_UNKNOWN', async () => {
  const { fetch, seen } = answering(
    lost(),
    refusal(503, 'SERVICE_UNAVAILABLE', { 'retry-after': '0' }),
    refusal(503, 'OUTCOME_UNKNOWN'),
    new Response('<html>bad gateway</html>', { status: 502 }),
    done(),
  )
  const sent = await clientOf(fetch).sendCommand('s', command)
  expect(sent).toMatchObject({ command_id: 'c', status: 'COMPLETED', replayed: false })
  expect(seen).toHaveLength(5)
  expect(new Set(seen.map(({ headers }) => headers.get('idempotency-key')))).toEqual(
    new Set([sent.idempotencyKey]),
  )
  expect(sent.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/)
  expect(seen[4]).toMatchObject({
    method: 'POST',
    url: 'http://gateway/genesis/sessions/s/commands',
    body: JSON.stringify(command),
  })
  expect(seen[4]!.headers.get('authorization')).toBe('Bearer a-token')
})

test('every command has a key of its own, unless one is given', async () => {
  const { fetch, seen } = answering(done())
  const client = clientOf(fetch)
  await client.sendCommand('s', command)
  await client.sendCommand('s', command)
  await client.sendCommand('s', command, { idempotencyKey: 'mine' })
  const keys = seen.map(({ headers }) => headers.get('idempotency-key'))
  expect(new Set(keys).size).toBe(3)
  expect(keys[2]).toBe('mine')
})

test('waits as long as Retry-After says', async () => {
  const { fetch } = answering(refusal(503, 'SERVICE_UNAVAILABLE', { 'retry-after': '1' }), done())
  const since = performance.now()
  await clientOf(fetch, { retry: { firstDelayMs: 1, maxDelayMs: 5_000 } }).sendCommand('s', command)
  expect(performance.now() - since).toBeGreaterThan(990)
})

test.each([
  ['a time to wait that is too long', '60'],
  ['a time to come back that is too far', new Date(Date.now() + 60_000).toUTCString()],
])('gives up at once on %s', async (_, retryAfter) => {
  const { fetch, seen } = answering(refusal(503, 'SERVICE_UNAVAILABLE', { 'retry-after': retryAfter }))
  const error = await failure(clientOf(fetch).sendCommand('s', command))
  expect(isApiError(error, 'SERVICE_UNAVAILABLE') && error.retryAfterMs).toBeGreaterThan(50_000)
  expect(seen).toHaveLength(1)
})

test('takes a Retry-After that means nothing for none', async () => {
  const { fetch } = answering(refusal(503, 'SERVICE_UNAVAILABLE', { 'retry-after': 'soon' }), done())
  await expect(clientOf(fetch).sendCommand('s', command)).resolves.toMatchObject({ command_id: 'c' })
})

test('ends with the last error when the tries are used up', async () => {
  const { fetch, seen } = answering(lost())
  const error = await failure(
    clientOf(fetch, { retry: { ...quick.retry, attempts: 3 } }).sendCommand('s', command),
  )
  expect(error).toBeInstanceOf(ConnectionError)
  expect((error as Error).cause).toEqual(lost())
  expect(seen).toHaveLength(3)
})

test('an answer that is none of the gateway is a ConnectionError with its status', async () => {
  const { fetch } = answering(new Response('<html>', { status: 404 }))
  const error = await failure(clientOf(fetch, { retry: { attempts: 1 } }).task('t'))
  expect(error).toMatchObject({ name: 'ConnectionError', status: 404 })
})

test('a try that takes too long counts as lost', async () => {
  const never = (request: Request) =>
    new Promise<Response>((_, reject) => {
      request.signal.addEventListener('abort', () => reject(new Error('aborted')))
    })
  const { fetch, seen } = answering(never, done())
  await clientOf(fetch, { timeoutMs: 150 }).sendCommand('s', command)
  expect(seen).toHaveLength(2)
})

test('a refusal is thrown at once, with its code and its details', async () => {
  const details = { current_stage: 'WORLDVIEW' }
  const { fetch, seen } = answering(refusal(409, 'STAGE_MISMATCH', { 'x-request-id': 'r' }, details))
  const error = await failure(clientOf(fetch).sendCommand('s', command))
  expect(error).toBeInstanceOf(ApiError)
  if (!isApiError(error, 'STAGE_MISMATCH')) throw new Error('another code')
  expect(error).toMatchObject({ status: 409, message: 'STAGE_MISMATCH', requestId: 'r', replayed: false })
  expect(error.body.current_stage).toBe('WORLDVIEW')
  expect(isApiError(error, 'TASK_NOT_FOUND')).toBe(false)
  expect(isApiError(error)).toBe(true)
  expect(seen).toHaveLength(1)
})

test('a command that is told to be its own duplicate was accepted: its receipt tells the rest', async () => {
  const replayed = { 'idempotent-replayed': 'true' }
  const { fetch, seen } = answering(
    lost(),
    refusal(409, 'DUPLICATE_COMMAND', replayed, { duplicate_command_id: 'c' }),
    json(200, {
      command_id: 'c',
      command_type: 'X',
      status: 'PROCESSING',
      created_at: '',
      task_id: 't',
      events: [],
    }),
  )
  const sent = await clientOf(fetch).sendCommand('s', { command_type: 'RequestConceptGeneration' })
  expect(sent).toMatchObject({ command_id: 'c', task_id: 't', status: 'PROCESSING', replayed: true })
  expect(seen.at(-1)).toMatchObject({ method: 'GET', url: 'http://gateway/genesis/sessions/s/commands/c' })
})

test("a twin's duplicate is a refusal", async () => {
  const { fetch } = answering(refusal(409, 'DUPLICATE_COMMAND', {}, { duplicate_command_id: 'c' }))
  const error = await failure(clientOf(fetch).sendCommand('s', command))
  expect(isApiError(error, 'DUPLICATE_COMMAND') && error.body.duplicate_command_id).toBe('c')
})

test('asks for a token before every try', async () => {
  let n = 0
  const { fetch, seen } = answering(lost(), json(200, { task_id: 't' }))
  await clientOf(fetch, { token: () => Promise.resolve(`token-${++n}`) }).task('t')
  expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual([
    'Bearer token-1',
    'Bearer token-2',
  ])
})

test('a signal ends a call before it is made, while it is made, and between two tries', async () => {
  const reason = new Error('no longer wanted')
  const { fetch, seen } = answering(lost())
  expect(await failure(clientOf(fetch).task('t', { signal: AbortSignal.abort(reason) }))).toBe(reason)
  expect(seen).toHaveLength(0)

  const during = new AbortController()
  const aborting = answering(() => {
    during.abort(reason)
    throw lost()
  })
  expect(await failure(clientOf(aborting.fetch).task('t', { signal: during.signal }))).toBe(reason)

  const between = new AbortController()
  const patient = clientOf(answering(lost()).fetch, { retry: { firstDelayMs: 60_000, maxDelayMs: 60_000 } })
  const call = failure(patient.task('t', { signal: between.signal }))
  setTimeout(() => between.abort(reason), 20)
  expect(await call).toBe(reason)
})

test('uses the global fetch unless given another', async () => {
  const { fetch, seen } = answering(json(200, { sessions: [], next_after: null }))
  const own = jest.spyOn(globalThis, 'fetch').mockImplementation(fetch)
  await createClient({ baseUrl: 'http://gateway', token: 't' }).list({ limit: 3 })
  own.mockRestore()
  expect(seen[0]!.url).toBe('http://gateway/genesis/sessions?limit=3')
})
