/** Sends every example of the document to a running gateway, and provokes its error answers one by one. */
import { randomUUID } from 'node:crypto'
import { signTestToken } from '@infinite-scribe/testing'
import { describeInterface } from '../interface'
import { ServiceFault, type FaultCode } from '../outcome'
import { agent, runGateway, type Call, type RunningGateway } from '../http/running-gateway.kit.test'
import { errorExample } from './error-schemas'

/* eslint-disable @typescript-eslint/no-explicit-any -- a JSON document is walked through */
const { paths } = describeInterface({} as never).document as any

interface Operation {
  name: string
  method: string
  path: string
  operation: any
}
const operations: Operation[] = Object.entries<any>(paths).flatMap(([path, item]) =>
  Object.entries<any>(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
)
const json = operations.filter(({ path }) => path !== '/events/stream')
const guarded = json.filter(({ operation }) => operation.security.length > 0)

let gateway: RunningGateway
let limited: RunningGateway
let fault: Error | undefined
beforeAll(async () => {
  // Every service fails on demand, so that each fault is seen on each route.
  const failing = <T extends object>(service: T): T =>
    new Proxy(service, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as unknown
        if (typeof method !== 'function') return method
        return (...given: unknown[]): unknown =>
          fault === undefined ? Reflect.apply(method, target, given) : Promise.reject(fault)
      },
    })
  const services = (real: any) => ({
    commands: failing(real.commands),
    sessions: failing(real.sessions),
    tasks: failing(real.tasks),
    tickets: failing(real.tickets),
    readiness: failing(real.readiness),
  })
  ;[gateway, limited] = await Promise.all([
    runGateway({ services }),
    runGateway({ environment: { RATE_LIMIT_COMMANDS_PER_SECOND: '1' } }),
  ])
})
afterAll(() => Promise.all([gateway.close(), limited.close()]))

/** A request of the operation with its first example, on things that are there. */
async function requestOf({ method, path, operation }: Operation, body?: unknown): Promise<Call> {
  const session = await gateway.openSession()
  const { body: sent } = await gateway.send(session, 'RequestConceptGeneration')
  // The examples are sent where nothing is under way yet.
  const fresh = operation.operationId === 'sendCommand' ? await gateway.openSession() : session
  const ids: Record<string, string> = {
    session_id: fresh,
    command_id: sent.command_id,
    task_id: sent.task_id,
  }
  const [example] = Object.values<any>(operation.requestBody?.content['application/json'].examples ?? {})
  const chosen = body ?? example?.value
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, id: string) => ids[id]!),
    ...(chosen === undefined ? {} : { body: chosen }),
    token: tokenOf(operation),
  }
}
const tokenOf = (operation: any): string | null =>
  operation.security.length === 0
    ? null
    : operation.security[0].bearer.includes('tasks:write')
      ? agent
      : signTestToken('ada')
const successOf = (operation: any): number =>
  Number(Object.keys(operation.responses).find((status) => status.startsWith('2')))

const examples = json.flatMap((each) => {
  const bodies = Object.entries<any>(
    each.operation.requestBody?.content['application/json'].examples ?? { '': {} },
  )
  return bodies.map(([title, { value, ...rest }]) => ({
    example: `${each.name} ${title}`.trim(),
    each,
    value,
    status: (rest['x-answered-with'] as number | undefined) ?? successOf(each.operation),
  }))
})

test.each(examples)('$example is answered with $status', async ({ each, value, status }) => {
  const request = await requestOf(each, value)
  let reply = await gateway.call(request)
  // A command for a later stage waits until the session is there.
  while (reply.body?.error_code === 'COMMAND_NOT_ALLOWED') {
    await gateway.call({ ...request, body: { command_type: 'ConfirmStage' } })
    reply = await gateway.call(request)
  }
  expect(reply.status).toBe(status)
  const location = each.operation.responses[status].headers.Location as unknown
  expect(reply.headers.has('location')).toBe(location !== undefined)
})

test('query parameters are as their examples and bounds say', async () => {
  for (const { path, operation } of guarded) {
    for (const { name, in: place, schema } of operation.parameters) {
      if (place !== 'query') continue
      const session = await gateway.openSession()
      // Two events and several sessions: the least of limits leaves a next page.
      await gateway.send(session, 'SubmitFeedback')
      const own = path.replace('{session_id}', session)
      for (const value of schema.enum ??
        [schema.minimum, schema.maximum].filter((bound) => bound !== undefined)) {
        expect((await gateway.call({ path: `${own}?${name}=${value}` })).status).toBe(200)
      }
      const wrong = await gateway.call({ path: `${own}?${name}=` })
      expect([name, wrong.body.error_code]).toEqual([name, 'VALIDATION_ERROR'])
    }
  }
})

/** How a request comes to be answered with each code, where a request alone can do it. */
const PROVOKED: Record<string, (call: Call) => Call> = {
  MISSING_TOKEN: (call) => ({ ...call, token: null }),
  INVALID_TOKEN: (call) => ({ ...call, token: 'no.token.atall' }),
  TOKEN_EXPIRED: (call) => ({ ...call, token: signTestToken('ada', {}, { expiresIn: -60 }) }),
  FORBIDDEN: (call) => ({ ...call, token: signTestToken('ada') }),
  NOT_ACCEPTABLE: (call) => ({ ...call, headers: { accept: 'image/png' } }),
  INVALID_PATH: (call) => ({ ...call, path: call.path.replace(/[0-9a-f-]{36}/, '%zz') }),
  INVALID_SESSION_ID: (call) => ({ ...call, path: call.path.replace(/(?<=sessions\/)[^/]+/, 'x') }),
  INVALID_COMMAND_ID: (call) => ({ ...call, path: call.path.replace(/(?<=commands\/)[^/]+/, 'x') }),
  INVALID_TASK_ID: (call) => ({ ...call, path: call.path.replace(/(?<=tasks\/)[^/]+/, 'x') }),
  SESSION_NOT_FOUND: (call) => ({ ...call, path: call.path.replace(/(?<=sessions\/)[^/]+/, randomUUID()) }),
  COMMAND_NOT_FOUND: (call) => ({ ...call, path: call.path.replace(/(?<=commands\/)[^/]+/, randomUUID()) }),
  TASK_NOT_FOUND: (call) => ({ ...call, path: call.path.replace(/(?<=tasks\/)[^/]+/, randomUUID()) }),
  INVALID_IDEMPOTENCY_KEY: (call) => ({ ...call, headers: { 'idempotency-key': 'two words' } }),
  INVALID_JSON: (call) => ({ ...call, body: '{' }),
  VALIDATION_ERROR: (call) =>
    call.body === undefined
      ? { ...call, path: `${call.path}?limit=none` }
      : { ...call, body: { surprise: 1 } },
  UNSUPPORTED_COMMAND_TYPE: (call) => ({ ...call, body: { command_type: 'WriteTheNovel' } }),
  PAYLOAD_TOO_DEEP: (call) => ({ ...call, body: `{"a":${'['.repeat(40)}${']'.repeat(40)}}` }),
  INVALID_CHARACTER: (call) => ({ ...call, body: '{"a":"\\u0000"}' }),
  INVALID_ENCODING: (call) => ({ ...call, body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }),
  NUMBER_OUT_OF_RANGE: (call) => ({ ...call, body: '{"a":1e400}' }),
  PAYLOAD_TOO_LARGE: (call) => ({ ...call, body: { a: 'x'.repeat(200_000) } }),
  UNSUPPORTED_MEDIA_TYPE: (call) => ({ ...call, headers: { 'content-type': 'text/plain' } }),
}
const FAULTS = ['SERVICE_UNAVAILABLE', 'OUTCOME_UNKNOWN', 'CONCURRENCY_CONFLICT', 'INTERNAL_ERROR']

const codesOf = ({ operation }: Operation): string[] =>
  Object.values<any>(operation.responses).flatMap(
    ({ content }) => content['application/json']?.schema.properties?.error_code?.enum ?? [],
  )

test.each(json)('$name answers with the errors that it says, as their examples say', async (each) => {
  const codes = codesOf(each)
  const request = await requestOf(each)
  for (const code of codes) {
    const provoke = PROVOKED[code]
    if (!provoke) continue
    expectExample(code, await gateway.call(provoke(request)))
  }
  if (each.path === '/openapi.json' || each.path === '/docs' || each.path === '/health/live') return
  for (const code of codes.filter((known) => FAULTS.includes(known))) {
    // Readiness knows no fault but one.
    if (each.path.startsWith('/health') && code !== 'SERVICE_UNAVAILABLE') continue
    fault =
      code === 'INTERNAL_ERROR' ? new Error('a fault of ours') : new ServiceFault(code as FaultCode, 'inside')
    const reply = await gateway.call(request).finally(() => (fault = undefined))
    expectExample(code, reply)
  }
})

test('the refusals of the rules are as their examples say', async () => {
  const session = await gateway.openSession()
  const send = (type: string, payload = {}, key?: string) =>
    gateway.send(session, type, payload, key === undefined ? {} : { 'idempotency-key': key })
  const first = await send('RequestConceptGeneration')
  expectExample('DUPLICATE_COMMAND', await send('RequestConceptGeneration'))
  expectExample('STAGE_MISMATCH', await send('ConfirmStage', { stage: 'WORLDVIEW' }))
  await send('ConfirmStage', {}, 'key')
  expectExample('IDEMPOTENCY_KEY_REUSED', await send('SubmitFeedback', {}, 'key'))
  expectExample('COMMAND_NOT_ALLOWED', await send('RequestConceptGeneration'))
  for (let stage = 0; stage < 4; stage++) await send('ConfirmStage')
  expectExample('SESSION_NOT_ACTIVE', await send('ConfirmStage'))
  const path = `/tasks/${first.body.task_id as string}/complete`
  expectExample(
    'TASK_ALREADY_ENDED',
    await gateway.call({ method: 'POST', path, body: { result: {} }, token: agent }),
  )
})

test('the rate is told, and what is over it refused', async () => {
  const open = () => limited.call({ method: 'POST', path: '/genesis/sessions' })
  const replies = await Promise.all([open(), open(), open()])
  const refused = replies.find(({ status }) => status === 429)!
  expectExample('RATE_LIMITED', refused)
  expect(refused.headers.get('ratelimit-policy')).toMatch(/q=1/)
})

/** The same members as in the example, and its status. */
function expectExample(code: string, { status, body }: { status: number; body: any }): void {
  const example: any = errorExample(code as never).value
  expect({ code: body?.error_code, status }).toEqual({ code, status: statusOf(code) })
  const { limit, ...members } = body
  void limit
  expect([code, ...Object.keys(members).sort()]).toEqual([code, ...Object.keys(example).sort()])
}

function statusOf(code: string): number {
  for (const { operation } of operations) {
    for (const [status, { content }] of Object.entries<any>(operation.responses)) {
      if (content['application/json']?.schema.properties?.error_code?.enum.includes(code))
        return Number(status)
    }
  }
  throw new Error(`${code} is not documented`)
}
