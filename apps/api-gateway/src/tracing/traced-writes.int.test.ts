/** The spans of the gateway's writes, whatever becomes of them. */
import { eventually, recordedTracing } from '@infinite-scribe/testing'
import { agent, runGateway, type RunningGateway } from '../http/running-gateway.kit.test'

const tracing = recordedTracing()
let gateway: RunningGateway
beforeAll(async () => {
  gateway = await runGateway({ tracing })
})
afterAll(() => gateway.close())

test('each write continues its request, and says what became of it', async () => {
  const session = await gateway.openSession()
  const asked = await gateway.send(session, 'RequestConceptGeneration')
  const twin = await gateway.send(session, 'RequestConceptGeneration')
  const unknown = await gateway.send(session, 'Unheard')
  const task = asked.body.task_id as string
  const progressed = await gateway.call({
    method: 'POST',
    path: `/tasks/${task}/progress`,
    token: agent,
    body: { progress: 5 },
  })
  const failed = await gateway.call({
    method: 'POST',
    path: `/tasks/${task}/fail`,
    token: agent,
    body: { error: { message: 'no' } },
  })
  const late = await gateway.call({
    method: 'POST',
    path: `/tasks/${task}/complete`,
    token: agent,
    body: { result: {} },
  })
  const cancelled = await gateway.call({ method: 'POST', path: `/tasks/${task}/cancel` })
  await gateway.call({ path: '/health/live' })
  await gateway.call({ path: '/nowhere?ticket=secret' })

  const { spans } = tracing
  await eventually(() => spans.every(({ ended }) => ended))
  const ofRequest = (reply: { headers: Headers }, name: string) => {
    const id = reply.headers.get('x-request-id')
    const [request, write] = ['server', 'internal'].map((kind) =>
      spans.find((span) => span.kind === kind && span.attributes.request_id === id),
    )
    expect(request).toMatchObject({ parentSpanId: undefined })
    expect(write).toMatchObject({ name, traceId: request!.traceId, parentSpanId: request!.spanId })
    return { request: request!.attributes, write: write!.attributes }
  }
  const commandId = asked.body.command_id as string
  expect(ofRequest(asked, 'command RequestConceptGeneration').write).toMatchObject({
    command_id: commandId,
    task_id: task,
    session_id: session,
    replayed: false,
  })
  expect(ofRequest(twin, 'command RequestConceptGeneration')).toMatchObject({
    request: { 'http.response.status_code': 409, error_code: 'DUPLICATE_COMMAND' },
    write: { error_code: 'DUPLICATE_COMMAND' },
  })
  expect(ofRequest(unknown, 'command').write).toMatchObject({ error_code: 'UNSUPPORTED_COMMAND_TYPE' })
  expect(ofRequest(progressed, 'task progress')).toMatchObject({
    request: { command_id: commandId },
    write: { command_id: commandId, task_id: task },
  })
  expect(ofRequest(failed, 'task fail').write).toMatchObject({ command_id: commandId })
  expect(ofRequest(late, 'task complete').write).toMatchObject({ error_code: 'TASK_ALREADY_ENDED' })
  expect(ofRequest(cancelled, 'task cancel').write).toMatchObject({ error_code: 'TASK_ALREADY_ENDED' })

  expect(spans.filter(({ name }) => name.includes('health'))).toEqual([])
  const nowhere = spans.find(({ attributes }) => attributes['url.path'] === '/nowhere')
  expect(nowhere).toMatchObject({ name: 'GET unmatched' })
  expect(JSON.stringify(spans)).not.toContain('secret')

  const transactions = spans.filter(({ name }) => name === 'transaction')
  expect(transactions.length).toBeGreaterThan(0)
  const parents = new Set(spans.map(({ spanId }) => spanId))
  for (const { parentSpanId, attributes } of transactions) {
    expect(parents).toContain(parentSpanId)
    expect(attributes['db.transaction.attempts']).toBe(1)
  }
})
