/** Which error wins: each pair of neighbours in the contract's list, both wrong in one request. */
import { randomUUID } from 'node:crypto'
import { signTestToken } from '@infinite-scribe/testing'
import { expectProblem } from './bad-inputs.kit.test'
import { ada, agent, parseRaw, runGateway, type Call, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let session: string
const key = randomUUID()

beforeAll(async () => {
  gateway = await runGateway({ environment: { RATE_LIMIT_COMMANDS_PER_SECOND: '1000' } })
  session = await gateway.openSession()
  await gateway.send(session, 'SubmitFeedback', { rating: 1 }, { 'idempotency-key': key })
  await gateway.send(session, 'RequestConceptGeneration')
})
afterAll(() => gateway.close())

const commands = (id: string, more: Partial<Call> = {}): Call => ({
  method: 'POST',
  path: `/genesis/sessions/${id}/commands`,
  body: { command_type: 'ConfirmStage' },
  ...more,
})
const nobody = randomUUID()
const image = { accept: 'image/png' }
const text = { 'content-type': 'text/plain' }

test.each<[string, number, string, () => Call]>([
  ['404 of the route before 401', 404, 'NOT_FOUND', () => ({ path: '/nowhere', token: null })],
  [
    '405 of the route before 401',
    405,
    'METHOD_NOT_ALLOWED',
    () => ({ method: 'DELETE', path: '/genesis/sessions', token: null }),
  ],
  ['401 before 403', 401, 'MISSING_TOKEN', () => ({ method: 'POST', path: '/tasks/x/fail', token: null })],
  ['401 before 400 of the path', 401, 'MISSING_TOKEN', () => ({ path: '/tasks/%zz', token: null })],
  ['403 before 400 of the path', 403, 'FORBIDDEN', () => ({ method: 'POST', path: '/tasks/%zz/fail' })],
  [
    '400 of the path before that of the query',
    400,
    'INVALID_SESSION_ID',
    () => ({ path: '/genesis/sessions/x/events?limit=x' }),
  ],
  [
    '400 of the path before that of the headers',
    400,
    'INVALID_SESSION_ID',
    () => commands('x', { headers: { 'idempotency-key': '' } }),
  ],
  [
    '400 of the query before 406',
    400,
    'VALIDATION_ERROR',
    () => ({ path: '/genesis/sessions?limit=x', headers: image }),
  ],
  [
    '400 of the headers before 406',
    400,
    'INVALID_IDEMPOTENCY_KEY',
    () => commands(session, { headers: { 'idempotency-key': '', ...image } }),
  ],
  ['406 before 415', 406, 'NOT_ACCEPTABLE', () => commands(session, { headers: { ...image, ...text } })],
  [
    '415 before 413',
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    () => commands(session, { headers: text, body: 'x'.repeat(200_000) }),
  ],
  [
    '413 before 400 of the body',
    413,
    'PAYLOAD_TOO_LARGE',
    () => commands(session, { body: '{'.repeat(200_000) }),
  ],
  ['400 of the body before 404 of the thing', 400, 'INVALID_JSON', () => commands(nobody, { body: '{' })],
  [
    '400 of the command before 404 of the thing',
    400,
    'UNSUPPORTED_COMMAND_TYPE',
    () => commands(nobody, { body: { command_type: 'Nothing' } }),
  ],
  [
    '400 of the payload before 404 of the thing',
    400,
    'VALIDATION_ERROR',
    () => commands(nobody, { body: { command_type: 'SubmitFeedback', payload: { rating: 9 } } }),
  ],
  [
    '404 of the thing before 422',
    404,
    'SESSION_NOT_FOUND',
    () => commands(session, { token: signTestToken('eve'), headers: { 'idempotency-key': key } }),
  ],
  [
    "422 before 409 of the session's rules",
    422,
    'IDEMPOTENCY_KEY_REUSED',
    () =>
      commands(session, {
        body: { command_type: 'ConfirmStage', payload: { stage: 'WORLDVIEW' } },
        headers: { 'idempotency-key': key },
      }),
  ],
])('%s', async (_pair, status, code, call) => {
  expectProblem(await gateway.call(call()), status, code)
})

test("409 of the session's rules before 409 DUPLICATE_COMMAND", async () => {
  const other = await gateway.openSession()
  await gateway.send(other, 'RequestConceptGeneration')
  await gateway.send(other, 'ConfirmStage')
  expectProblem(await gateway.send(other, 'RequestConceptGeneration'), 409, 'COMMAND_NOT_ALLOWED')
})

test('403 before 429, and 429 before 400 of the path', async () => {
  const limited = await runGateway({ environment: { RATE_LIMIT_COMMANDS_PER_SECOND: '1' } })
  try {
    const replies = await Promise.all(Array.from({ length: 6 }, () => limited.call(commands('%zz'))))
    const codes = replies.map(({ body }) => body.error_code as string)
    expect(new Set(codes)).toEqual(new Set(['INVALID_PATH', 'RATE_LIMITED']))
    // Agents' routes are exempt: a flood of them meets no limit, with the scope or without.
    const reports = await Promise.all(
      [ada, agent, ada, agent].map((token) => limited.call({ method: 'POST', path: '/tasks/x/fail', token })),
    )
    expect(reports.map(({ body }) => body.error_code as string)).toEqual([
      'FORBIDDEN',
      'INVALID_TASK_ID',
      'FORBIDDEN',
      'INVALID_TASK_ID',
    ])
  } finally {
    await limited.close()
  }
})

test('400 BAD_REQUEST before 404 of the route', async () => {
  const answer = parseRaw(await gateway.raw('GET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n'))
  expect(answer).toMatchObject({ status: 400, body: { error_code: 'BAD_REQUEST' } })
})
