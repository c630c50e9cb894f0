/** Bad inputs 8 to 13, 23, 24 and 32: routes, ids, queries, headers and rates. */
import { randomUUID } from 'node:crypto'
import { signTestToken } from '@infinite-scribe/testing'
import { badInputTests, expectProblem, type BadInput } from './bad-inputs.kit.test'
import { describeInterface } from '../interface'
import { agent, runGateway, type Call, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let session: string
let otherSession: string
let task: string
let command: string

beforeAll(async () => {
  gateway = await runGateway()
  otherSession = await gateway.openSession()
  session = await gateway.openSession()
  const { body } = await gateway.send(session, 'RequestConceptGeneration')
  task = body.task_id
  command = body.command_id
})
afterAll(() => gateway.close())

const nobody = randomUUID()
const eve = signTestToken('eve')
const post = (path: string, body: unknown, more: Partial<Call> = {}): Call => ({
  method: 'POST',
  path,
  body,
  ...more,
})
const confirm = { command_type: 'ConfirmStage' }

const missing = (input: string, code: string, call: () => Call): BadInput => ({
  input,
  status: 404,
  code,
  call,
})

badInputTests(8, () => gateway, [
  missing('unknown session: its state', 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${nobody}/state`,
  })),
  missing('unknown session: its events', 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${nobody}/events`,
  })),
  missing('unknown session: a command', 'SESSION_NOT_FOUND', () =>
    post(`/genesis/sessions/${nobody}/commands`, confirm),
  ),
  missing("another user's session: its state", 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${session}/state`,
    token: eve,
  })),
  missing("another user's session: its events", 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${session}/events`,
    token: eve,
  })),
  missing("another user's session: a command", 'SESSION_NOT_FOUND', () =>
    post(`/genesis/sessions/${session}/commands`, confirm, { token: eve }),
  ),
  missing("another user's session: a receipt", 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${session}/commands/${command}`,
    token: eve,
  })),
  missing('unknown session: a receipt', 'SESSION_NOT_FOUND', () => ({
    path: `/genesis/sessions/${nobody}/commands/${command}`,
  })),
  missing('unknown command', 'COMMAND_NOT_FOUND', () => ({
    path: `/genesis/sessions/${session}/commands/${nobody}`,
  })),
  missing("another session's command", 'COMMAND_NOT_FOUND', () => ({
    path: `/genesis/sessions/${otherSession}/commands/${command}`,
  })),
  missing('unknown task', 'TASK_NOT_FOUND', () => ({ path: `/tasks/${nobody}` })),
  missing("another user's task", 'TASK_NOT_FOUND', () => ({ path: `/tasks/${task}`, token: eve })),
  missing("cancelling another user's task", 'TASK_NOT_FOUND', () =>
    post(`/tasks/${task}/cancel`, {}, { token: eve }),
  ),
  missing('cancelling an unknown task', 'TASK_NOT_FOUND', () => post(`/tasks/${nobody}/cancel`, {})),
  ...Object.entries({
    progress: { progress: 1 },
    complete: { result: {} },
    fail: { error: { message: 'x' } },
  }).map(([verb, body]) =>
    missing(`unknown task: …/${verb}`, 'TASK_NOT_FOUND', () =>
      post(`/tasks/${nobody}/${verb}`, body, { token: agent }),
    ),
  ),
])

badInputTests(
  9,
  () => gateway,
  ['/', '/nothing', '/genesis', '/Genesis/sessions', '/tasks', '/metrics', '//genesis/sessions', '/%zz'].map(
    (path) => ({ input: `unknown route ${path}`, status: 404, code: 'NOT_FOUND', call: { path } }),
  ),
)

const { paths } = describeInterface({} as never).document
const wrongMethods = Object.entries(paths).flatMap(([path, operations]) =>
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
    .filter((method) => !(method.toLowerCase() in operations))
    .map((method) => ({ method, path })),
)
badInputTests(
  10,
  () => gateway,
  wrongMethods.map(({ method, path }) => ({
    input: `${method} on ${path}, which has ${Object.keys(paths[path]!).join()}, without a token`,
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    call: () => ({ method, path: path.replaceAll(/\{\w+\}/g, nobody), token: null }),
  })),
)

test('names the methods that a path knows', async () => {
  const allowed = async (path: string) =>
    (await gateway.call({ method: 'DELETE', path })).headers.get('allow')
  expect(await allowed('/genesis/sessions')).toBe('GET, HEAD, POST, OPTIONS')
  expect(await allowed(`/tasks/${task}`)).toBe('GET, HEAD, OPTIONS')
  expect(await allowed(`/tasks/${task}/cancel`)).toBe('POST, OPTIONS')
})

const MALFORMED = {
  'not a UUID': 'abc',
  'a UUID too short': nobody.slice(1),
  'a UUID in braces': `%7B${nobody}%7D`,
  'a UUID without hyphens': nobody.replaceAll('-', ''),
  'urn:uuid: form': `urn:uuid:${nobody}`,
  '%00 in the path': `${nobody.slice(1)}%00`,
  'a slash, escaped': `..%2F${nobody}`,
}
badInputTests(
  12,
  () => gateway,
  Object.entries(MALFORMED).flatMap(([input, id]) => [
    {
      input: `session id: ${input}`,
      status: 400,
      code: 'INVALID_SESSION_ID',
      call: { path: `/genesis/sessions/${id}/state` },
    },
    {
      input: `session id of a command: ${input}`,
      status: 400,
      code: 'INVALID_SESSION_ID',
      call: post(`/genesis/sessions/${id}/commands`, confirm),
    },
    { input: `task id: ${input}`, status: 400, code: 'INVALID_TASK_ID', call: { path: `/tasks/${id}` } },
    {
      input: `command id: ${input}`,
      status: 400,
      code: 'INVALID_COMMAND_ID',
      call: () => ({ path: `/genesis/sessions/${session}/commands/${id}` }),
    },
  ]),
)

test('takes an id in either case for the same', async () => {
  const { status, body } = await gateway.call({ path: `/genesis/sessions/${session.toUpperCase()}/state` })
  expect({ status, id: body.session_id }).toEqual({ status: 200, id: session })
})

badInputTests(
  13,
  () => gateway,
  ['%zz', '%', '%ff', '%C3%28'].map((escape) => ({
    input: `${escape} in the path`,
    status: 400,
    code: 'INVALID_PATH',
    call: { path: `/genesis/sessions/${escape}/state` },
  })),
)

const INVALID_KEYS = {
  'over 255 characters': 'k'.repeat(256),
  'a space in it': 'two words',
  'not ASCII': 'cl\u00e9',
  'a tab in it': 'a\tb',
}
badInputTests(23, () => gateway, [
  ...Object.entries(INVALID_KEYS).map(([input, key]) => ({
    input: `Idempotency-Key: ${input}`,
    status: 400,
    code: 'INVALID_IDEMPOTENCY_KEY',
    call: () =>
      post(`/genesis/sessions/${session}/commands`, confirm, { headers: { 'idempotency-key': key } }),
  })),
  {
    input: 'Idempotency-Key empty',
    status: 400,
    code: 'INVALID_IDEMPOTENCY_KEY',
    call: post('/genesis/sessions', {}, { headers: { 'idempotency-key': '' } }),
  },
])

const outOfRange = (path: string, queries: readonly string[]): BadInput[] =>
  queries.map((query) => ({
    input: `${path}?${query}`,
    status: 400,
    code: 'VALIDATION_ERROR',
    details: { errors: [{ path: expect.stringMatching(/^\/(after|limit|status)$/) }] },
    call: () => ({ path: `${path.replace('{id}', session)}?${query}` }),
  }))
badInputTests(24, () => gateway, [
  ...outOfRange('/genesis/sessions', [
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=1e1',
    'limit=',
    'limit=ten',
    'limit=5&limit=6',
    'after=',
    'after=nowhere',
    'after=%00',
    `after=${'A'.repeat(2000)}`,
    'status=OPEN',
  ]),
  ...outOfRange('/genesis/sessions/{id}/events', [
    'limit=0',
    'limit=501',
    'after=-1',
    'after=2147483648',
    'after=9007199254740993',
    'after=x',
    'after=',
  ]),
])

describe('bad input 32', () => {
  test('over the rate: 429 RATE_LIMITED + Retry-After, for this user alone', async () => {
    const limited = await runGateway({ environment: { RATE_LIMIT_COMMANDS_PER_SECOND: '2' } })
    try {
      const path = '/genesis/sessions'
      const open = (token: string) => limited.call({ method: 'POST', path, token })
      const replies = await Promise.all(Array.from({ length: 9 }, () => open(eve)))
      // The second may turn once between the first reply and the last.
      const refused = replies.filter(({ status }) => status === 429)
      expect(refused.length).toBeGreaterThanOrEqual(5)
      for (const reply of refused) expectProblem(reply, 429, 'RATE_LIMITED')
      const { rows } = await limited.sql.query(
        `SELECT (SELECT count(*) FROM genesis_sessions)::int AS sessions, (SELECT count(*) FROM domain_events)::int AS events`,
      )
      const opened = replies.length - refused.length
      expect(rows).toEqual([{ sessions: opened, events: opened }])
      expect(refused[0]?.headers.get('retry-after')).toBe('1')
      expect(refused[0]?.headers.get('ratelimit')).toMatch(/^"commands"; r=0; t=[01]$/)
      expect(refused[0]?.headers.get('ratelimit-policy')).toMatch(/^"commands"; q=2; w=1; pk=:.+:$/)
      expect((await open(signTestToken('bob'))).status).toBe(201)
      expect((await limited.call({ path, token: eve })).status).toBe(200)
    } finally {
      await limited.close()
    }
  })

  test('requests that come in one piece are counted one by one', async () => {
    const limited = await runGateway({ environment: { RATE_LIMIT_COMMANDS_PER_SECOND: '10' } })
    try {
      const head = (connection: string) =>
        `POST /genesis/sessions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${eve}\r\nConnection: ${connection}\r\n\r\n`
      const answers = await limited.raw(head('keep-alive').repeat(10) + head('close'))
      const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
      expect(statuses).toEqual([...Array<string>(10).fill('201'), '429'])
      const left = [...answers.matchAll(/^RateLimit: "commands"; r=(\d+)/gm)].map(([, r]) => Number(r))
      expect(left).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0])
    } finally {
      await limited.close()
    }
  })
})
