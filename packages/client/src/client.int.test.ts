/** The client against a running gateway: what it sends and shows, through faults between the two. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually, signTestToken, startSystem, type RunningSystem } from '@infinite-scribe/testing'
import {
  createClient,
  isApiError,
  type Client,
  type ClientOptions,
  type Command,
  type StreamMessage,
} from '.'

let system: RunningSystem
beforeAll(async () => {
  system = await startSystem({ relays: 0 })
})
afterAll(() => system.close())

const streams: AbortController[] = []
afterEach(() => streams.splice(0).forEach((stop) => stop.abort()))

const url = () => system.gateways[0]!.url
const clientOf = (sub: string, options: Partial<ClientOptions> = {}): Client =>
  createClient({ baseUrl: url(), token: signTestToken(sub), retry: { firstDelayMs: 5 }, ...options })
const agent = () => clientOf('agent', { token: signTestToken('agent', { scope: 'tasks:write' }) })
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no failure',
    (error: unknown) => error,
  )
const generate: Command = {
  command_type: 'RequestConceptGeneration',
  payload: { theme_preferences: ['科幻'] },
}

/** A fetch whose first answers are lost on their way back, after the gateway has given them. */
function losingAnswers(count: number): typeof fetch {
  let left = count
  return async (input, init) => {
    const response = await fetch(input, init)
    if (left-- <= 0) return response
    await response.arrayBuffer()
    throw new TypeError('the answer was lost')
  }
}

/** Follows in the background; what was seen so far, and how to stop. */
function follow(client: Client, options: Parameters<Client['stream']>[0] = {}) {
  const stop = new AbortController()
  streams.push(stop)
  const seen: StreamMessage[] = []
  let opened = 0
  const done = (async () => {
    const onOpen = () => opened++
    for await (const message of client.stream({ ...options, onOpen, signal: stop.signal })) seen.push(message)
  })()
  return {
    // The gateway asks for some seconds between two connections.
    opened: (times = 1) => eventually(() => opened >= times, 30_000),
    types: () => seen.flatMap((message) => (message.kind === 'event' ? message.event.event_type : [])),
    versions: () =>
      seen.flatMap((message) => (message.kind === 'event' ? message.event.aggregate_version : [])),
    progress: () => seen.flatMap((message) => (message.kind === 'progress' ? message.progress : [])),
    stop: async () => {
      stop.abort()
      await done
    },
  }
}

test("a command's whole life: sent, watched, finished by an agent, its result read", async () => {
  const client = clientOf('ada')
  const { session_id } = await client.openSession()
  const following = follow(client, { sessionId: session_id })
  await following.opened()
  const sent = await client.sendCommand(session_id, generate)
  expect(sent).toMatchObject({ status: 'RECEIVED', replayed: false })

  const waiting = client.waitForTask(sent.task_id!, { pollIntervalMs: 60_000, timeoutMs: 20_000 })
  await agent().progress(sent.task_id!, { progress: 40, message: 'half way' })
  await eventually(() => following.progress().includes(40))
  await agent().complete(sent.task_id!, { title: '星海回声' })
  expect(await waiting).toMatchObject({ status: 'COMPLETED', result: { title: '星海回声' } })
  await eventually(() => following.types().length === 2)
  expect(following.types()).toEqual([
    'Genesis.Session.ConceptGenerationRequested',
    'Genesis.Session.ConceptProposed',
  ])
  await following.stop()

  expect(await client.state(session_id)).toMatchObject({
    is_pending: false,
    last_result: { status: 'COMPLETED' },
  })
  expect((await client.list({ limit: 1 })).sessions[0]).toMatchObject({ session_id })
  expect(await client.receipt(session_id, sent.command_id)).toMatchObject({ status: 'COMPLETED' })
  expect((await client.history(session_id, { after: 1 })).events).toHaveLength(2)
})

test('a command whose answers are lost is carried out once, and known by its own id', async () => {
  const { session_id } = await clientOf('unlucky').openSession()
  const sent = await clientOf('unlucky', { fetch: losingAnswers(3) }).sendCommand(session_id, generate)
  expect(sent).toMatchObject({ status: 'RECEIVED', replayed: true })
  expect(await clientOf('unlucky').task(sent.task_id!)).toMatchObject({ command_id: sent.command_id })

  const feedback = { command_type: 'SubmitFeedback', payload: { rating: 5 } } as const
  const said = await clientOf('unlucky', { fetch: losingAnswers(2) }).sendCommand(session_id, feedback)
  expect(said).toMatchObject({ status: 'COMPLETED', replayed: true })
  const { events } = await clientOf('unlucky').history(session_id)
  expect(events.map(({ event_type }) => event_type.split('.').at(-1))).toEqual([
    'Created',
    'ConceptGenerationRequested',
    'FeedbackSubmitted',
  ])
})

test('a session whose opening is said again is opened once', async () => {
  const { session_id } = await clientOf('twice', { fetch: losingAnswers(1) }).openSession()
  expect((await clientOf('twice').list()).sessions.map((session) => session.session_id)).toEqual([session_id])
})

test('each end of a task', async () => {
  const client = clientOf('ends')
  const { session_id } = await client.openSession()
  const first = await client.sendCommand(session_id, generate)
  const waiting = client.waitForTask(first.task_id!, { pollIntervalMs: 60_000, timeoutMs: 20_000 })
  await agent().fail(first.task_id!, { message: 'no idea', code: 'silent' })
  expect(await waiting).toMatchObject({ status: 'FAILED', error: { code: 'silent' } })

  for (const reason of [undefined, 'It takes too long']) {
    const { task_id } = await client.sendCommand(session_id, generate)
    expect(await client.cancel(task_id!, reason)).toMatchObject({ status: 'CANCELLED' })
    const late = await failure(agent().complete(task_id!, {}))
    expect(isApiError(late, 'TASK_ALREADY_ENDED') && late.body.status).toBe('CANCELLED')
  }
})

test('an agent waits for a task of a session that is not its own', async () => {
  const client = clientOf('owner')
  const { session_id } = await client.openSession()
  const { task_id } = await client.sendCommand(session_id, generate)
  const waiting = agent().waitForTask(task_id!, { pollIntervalMs: 50, timeoutMs: 20_000 })
  await client.cancel(task_id!)
  expect(await waiting).toMatchObject({ status: 'CANCELLED' })
})

test('refusals are typed', async () => {
  const client = clientOf('refused')
  const { session_id } = await client.openSession()
  const wrong = await failure(
    client.sendCommand(session_id, { command_type: 'ConfirmStage', payload: { stage: 'WORLDVIEW' } }),
  )
  if (!isApiError(wrong, 'STAGE_MISMATCH')) throw new Error(String(wrong))
  expect(wrong.body.current_stage).toBe('CONCEPT_SELECTION')
  const stranger = clientOf('stranger')
  expect(await failure(stranger.state(session_id))).toMatchObject({
    errorCode: 'SESSION_NOT_FOUND',
    status: 404,
  })
  const forbidden = failure(client.progress(session_id, { progress: 1 }))
  expect(await forbidden).toMatchObject({ errorCode: 'FORBIDDEN' })
  await expect(stranger.stream({ sessionId: session_id }).next()).rejects.toMatchObject({
    errorCode: 'SESSION_NOT_FOUND',
  })
})

test('a stream that is cut again and again shows each event once and in order', async () => {
  const { session_id } = await clientOf('cut').openSession()
  const connections: AbortController[] = []
  const cutting: typeof fetch = (input, init) => {
    const cut = new AbortController()
    connections.push(cut)
    return fetch(input, { ...init, signal: AbortSignal.any([cut.signal, init!.signal!]) })
  }
  const { stream_position } = await clientOf('cut').state(session_id)
  const following = follow(clientOf('cut', { fetch: impatient(cutting) }), {
    sessionId: session_id,
    lastEventId: stream_position,
  })
  for (let n = 1; n <= 30; n++) {
    await clientOf('cut').sendCommand(session_id, { command_type: 'SubmitFeedback', payload: { rating: 5 } })
    if (n % 10 === 0) {
      await following.opened(n / 10)
      connections.at(-1)!.abort()
    }
  }
  await eventually(() => following.versions().length >= 30)
  expect(following.versions()).toEqual(Array.from({ length: 30 }, (_, n) => n + 2))
  await following.stop()
})

test('a stream goes on over the end of its token', async () => {
  const client = clientOf('brief', { token: () => signTestToken('brief', {}, { expiresIn: 3 }) })
  const { session_id } = await clientOf('brief').openSession()
  const following = follow(client, { sessionId: session_id })
  await following.opened(2)
  await clientOf('brief').sendCommand(session_id, { command_type: 'ConfirmStage' })
  await eventually(() => following.types().includes('Genesis.Session.StageConfirmed'))
  await following.stop()
})

test('a stream goes on over a restart of the gateway', async () => {
  const restarted = await system.startGateway()
  const { port } = new URL(restarted.url)
  const client = clientOf('patient', { baseUrl: restarted.url })
  const { session_id } = await client.openSession()
  const following = follow(clientOf('patient', { baseUrl: restarted.url, fetch: impatient(fetch) }))
  await following.opened()
  await restarted.process.stop('SIGKILL')
  await clientOf('patient').sendCommand(session_id, { command_type: 'ConfirmStage' })
  await system.startGateway({ PORT: port })
  await eventually(() => following.types().includes('Genesis.Session.StageConfirmed'), 20_000)
  expect(following.versions()).toEqual([2])
  await following.stop()
})

test('the types are those of the document that the gateway serves', async () => {
  const generator = path.resolve(__dirname, '../generate.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [generator, '--print'], {
    maxBuffer: 10_000_000,
  })
  // When this fails: npm run build && npm run client:types
  expect(stdout === readFileSync(path.join(__dirname, 'schema.generated.ts'), 'utf8')).toBe(true)
})

/** The gateway asks for some seconds between two connections of a stream; a test need not wait for them. */
function impatient(get: typeof fetch): typeof fetch {
  return async (input, init) => {
    const { body, ...rest } = await get(input, init)
    void rest
    return new Response(body!.pipeThrough(withoutRetry()), { status: 200 })
  }
}

function withoutRetry(): TransformStream<Uint8Array, Uint8Array> {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  return new TransformStream({
    transform: (chunk, controller) => {
      const text = decoder.decode(chunk, { stream: true })
      controller.enqueue(encoder.encode(text.replace(/^retry: \d+$/m, 'retry: 10')))
    },
  })
}
