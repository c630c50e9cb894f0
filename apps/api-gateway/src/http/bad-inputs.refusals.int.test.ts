/** Bad inputs 25 to 29, and of 30 the events: what the rules of a session refuse. */
import { randomUUID } from 'node:crypto'
import { badInputTests, expectProblem } from './bad-inputs.kit.test'
import { ada, agent, runGateway, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let pending: { session: string; command: string; task: string }
let finished: string
let abandoned: string
let ended: string
let cancelled: string

beforeAll(async () => {
  gateway = await runGateway({ environment: { EVENT_MAX_BYTES: '50000' } })
  const session = await gateway.openSession()
  const { body } = await gateway.send(session, 'RequestConceptGeneration')
  pending = { session, command: body.command_id, task: body.task_id }

  finished = await gateway.openSession()
  for (let stage = 0; stage < 5; stage++) await gateway.send(finished, 'ConfirmStage')

  abandoned = await gateway.openSession()
  await gateway.sql.query(`UPDATE genesis_sessions SET status = 'ABANDONED' WHERE id = $1`, [abandoned])

  const other = await gateway.openSession()
  ended = (await gateway.send(other, 'RequestConceptGeneration')).body.task_id
  const path = `/tasks/${ended}/complete`
  await gateway.call({ method: 'POST', path, token: agent, body: { result: { title: 'x' } } })
  cancelled = (await gateway.send(other, 'RequestConceptGeneration')).body.task_id
  await gateway.call({ method: 'POST', path: `/tasks/${cancelled}/cancel` })
})
afterAll(() => gateway.close())

const command = (session: string, body: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  path: `/genesis/sessions/${session}/commands`,
  body,
  headers,
})

test('bad input 25: the same command while its twin is unfinished, with the exact body', async () => {
  const before = await gateway.checksum()
  const reply = await gateway.send(pending.session, 'RequestConceptGeneration')
  expectProblem(reply, 409, 'DUPLICATE_COMMAND')
  expect(reply.text).toBe(
    `{"error_code":"DUPLICATE_COMMAND","message":"Command already processing","duplicate_command_id":"${pending.command}"}`,
  )
  expect(reply.headers.has('idempotent-replayed')).toBe(false)
  expect(await gateway.checksum()).toBe(before)
})

badInputTests(26, () => gateway, [
  {
    input: 'ConfirmStage for another stage',
    status: 409,
    code: 'STAGE_MISMATCH',
    details: { current_stage: 'CONCEPT_SELECTION' },
    call: () => command(pending.session, { command_type: 'ConfirmStage', payload: { stage: 'WORLDVIEW' } }),
  },
])

badInputTests(27, () => gateway, [
  ...['RequestConceptGeneration', 'ConfirmStage', 'SubmitFeedback'].flatMap((command_type) => [
    {
      input: `${command_type} on a finished session`,
      status: 409,
      code: 'SESSION_NOT_ACTIVE',
      details: { current_stage: 'FINISHED' },
      call: () => command(finished, { command_type }),
    },
    {
      input: `${command_type} on an abandoned session`,
      status: 409,
      code: 'SESSION_NOT_ACTIVE',
      details: { current_stage: 'CONCEPT_SELECTION' },
      call: () => command(abandoned, { command_type }),
    },
  ]),
  {
    input: 'concept generation at a stage that has none',
    status: 409,
    code: 'COMMAND_NOT_ALLOWED',
    details: { current_stage: 'STORY_CONCEPTION' },
    call: async () => {
      const session = await gateway.openSession()
      await gateway.send(session, 'ConfirmStage')
      return command(session, { command_type: 'RequestConceptGeneration' })
    },
  },
])

badInputTests(28, () => gateway, [
  ...Object.entries({ fail: { error: { message: 'late' } }, progress: { progress: 5 } }).map(
    ([verb, body]) => ({
      input: `${verb} on a task that already ended otherwise`,
      status: 409,
      code: 'TASK_ALREADY_ENDED',
      details: { status: 'COMPLETED' },
      call: () => ({ method: 'POST', path: `/tasks/${ended}/${verb}`, token: agent, body }),
    }),
  ),
  ...Object.entries({ complete: { result: {} }, fail: { error: { message: 'late' } } }).map(
    ([verb, body]) => ({
      input: `${verb} on a task that was cancelled`,
      status: 409,
      code: 'TASK_ALREADY_ENDED',
      details: { status: 'CANCELLED' },
      call: () => ({ method: 'POST', path: `/tasks/${cancelled}/${verb}`, token: agent, body }),
    }),
  ),
  {
    input: 'cancelling a task that already ended otherwise',
    status: 409,
    code: 'TASK_ALREADY_ENDED',
    details: { status: 'COMPLETED' },
    call: () => ({ method: 'POST', path: `/tasks/${ended}/cancel`, token: ada }),
  },
])

badInputTests(29, () => gateway, [
  {
    input: 'same Idempotency-Key, other request',
    status: 422,
    code: 'IDEMPOTENCY_KEY_REUSED',
    call: async () => {
      const headers = { 'idempotency-key': randomUUID() }
      await gateway.send(pending.session, 'SubmitFeedback', { rating: 5 }, headers)
      return command(pending.session, { command_type: 'SubmitFeedback', payload: { rating: 4 } }, headers)
    },
  },
])

badInputTests(30, () => gateway, [
  {
    input: 'an event over EVENT_MAX_BYTES',
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    call: () =>
      command(pending.session, { command_type: 'SubmitFeedback', payload: { feedback: 'x'.repeat(50_000) } }),
  },
  {
    input: "a task's end over EVENT_MAX_BYTES",
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    call: () => ({
      method: 'POST',
      path: `/tasks/${pending.task}/complete`,
      token: agent,
      body: { result: { text: 'x'.repeat(50_000) } },
    }),
  },
])

describe('the same Idempotency-Key and the same request', () => {
  test('are answered as the first time, marked as replayed', async () => {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await gateway.send(pending.session, 'SubmitFeedback', { rating: 5 }, headers)
    const second = await gateway.send(pending.session, 'SubmitFeedback', { rating: 5 }, headers)
    expect(second.text).toBe(first.text)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(second.headers.get('idempotent-replayed')).toBe('true')
  })

  test('open one session for two clicks', async () => {
    const click = { method: 'POST', path: '/genesis/sessions', headers: { 'idempotency-key': randomUUID() } }
    const [first, second] = [await gateway.call(click), await gateway.call(click)]
    expect(second.text).toBe(first.text)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.headers.get('location')).toBe(`/genesis/sessions/${first.body.session_id}/state`)
    expect(second.headers.get('idempotent-replayed')).toBe('true')
  })

  test('are refused while the first is unfinished, naming it and marked as replayed', async () => {
    const session = await gateway.openSession()
    const headers = { 'idempotency-key': randomUUID() }
    const first = await gateway.send(session, 'RequestConceptGeneration', {}, headers)
    const again = await gateway.send(session, 'RequestConceptGeneration', undefined, headers)
    expect(first.headers.get('location')).toBe(`/tasks/${first.body.task_id}`)
    expectProblem(again, 409, 'DUPLICATE_COMMAND')
    expect(again.body.duplicate_command_id).toBe(first.body.command_id)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
  })
})
