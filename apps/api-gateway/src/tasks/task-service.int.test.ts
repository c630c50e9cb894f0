/** What agents and owners can do with a task, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import {
  AGENT,
  by,
  caller,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  snapshotOf,
  type Fixture,
} from '../service-fixture.test'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const tasks = () => fixture.services.tasks

async function pendingTask() {
  const session = await openSession(fixture.services)
  return { session, ...(await requestConcepts(fixture.services, session)) }
}

type Ending = [name: string, end: (taskId: string) => ReturnType<Fixture['services']['tasks']['get']>]
const ENDINGS: Ending[] = [
  ['COMPLETED', (id) => tasks().complete(AGENT, id, { result: { concepts: ['a'] } })],
  ['FAILED', (id) => tasks().fail(AGENT, id, { error: { message: 'model away', code: 'x', tries: 3 } })],
  ['CANCELLED', (id) => tasks().cancel(by('owner'), id, { reason: 'changed my mind' })],
]

const AFTER = {
  COMPLETED: {
    view: { result: { concepts: ['a'] }, progress: 100 },
    command: 'COMPLETED',
    event: 'Genesis.Session.ConceptProposed',
    payload: { result: { concepts: ['a'] } },
    actor: 'agent',
  },
  FAILED: {
    view: { error: { message: 'model away', code: 'x', tries: 3 }, progress: 0 },
    command: 'FAILED',
    event: 'Genesis.Session.ConceptGenerationFailed',
    payload: { reason: 'failed', error: { message: 'model away', code: 'x', tries: 3 } },
    actor: 'agent',
  },
  CANCELLED: {
    view: { error: { message: 'changed my mind', code: 'cancelled' }, progress: 0 },
    command: 'FAILED',
    event: 'Genesis.Session.ConceptGenerationFailed',
    payload: { reason: 'cancelled', error: { message: 'changed my mind', code: 'cancelled' } },
    actor: 'owner',
  },
}

describe.each(ENDINGS)('the end %s', (status, end) => {
  const expected = AFTER[status as keyof typeof AFTER]

  it('closes the task and its command and appends the event', async () => {
    const { session, commandId, taskId } = await pendingTask()
    const view = granted(await end(taskId))
    expect(view).toEqual({
      task_id: taskId,
      task_type: 'genesis.concept_generation',
      status,
      session_id: session,
      command_id: commandId,
      created_at: expect.any(String),
      updated_at: expect.any(String),
      ...expected.view,
    })
    expect((await fixture.rows.inbox(session))[0]).toMatchObject({ id: commandId, status: expected.command })
    const events = await fixture.rows.events(session)
    expectOneChain(events)
    expect(events[2]).toMatchObject({
      event_type: expected.event,
      correlation_id: commandId,
      payload: { session_id: session, task_id: taskId, ...expected.payload },
      metadata: { user_id: 'owner', actor: expected.actor, task_id: taskId },
    })
    const outbox = await fixture.rows.outbox(session)
    expect(outbox[2]).toMatchObject({ id: events[2]!.event_id, key: session, status: 'PENDING' })
    expect(await fixture.rows.session(session)).toMatchObject({
      version: 3,
      last_event_id: events[2]!.event_id,
    })
  })

  it('reported twice changes nothing, and the first body stands', async () => {
    const { taskId } = await pendingTask()
    const first = granted(await end(taskId))
    const before = await snapshotOf(fixture.sql)
    expect(await end(taskId)).toEqual(first)
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })

  it('excludes every other end, and further progress', async () => {
    const { taskId } = await pendingTask()
    granted(await end(taskId))
    const before = await snapshotOf(fixture.sql)
    const refusal = { code: 'TASK_ALREADY_ENDED', details: { status } }
    for (const [, otherEnd] of ENDINGS.filter(([other]) => other !== status))
      expect(await otherEnd(taskId)).toMatchObject(refusal)
    expect(await tasks().progress(AGENT, taskId, { progress: 1 })).toMatchObject(refusal)
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })
})

it('the first body stands when the same end is reported with another one', async () => {
  const { taskId } = await pendingTask()
  granted(await tasks().complete(AGENT, taskId, { result: { first: true } }))
  expect(await tasks().complete(AGENT, taskId, { result: { second: true } })).toMatchObject({
    result: { first: true },
  })
})

it('progress makes the task RUNNING and its command PROCESSING, and appends nothing', async () => {
  const { session, taskId } = await pendingTask()
  const view = granted(await tasks().progress(AGENT, taskId, { progress: 33.333, message: 'thinking' }))
  expect(view).toMatchObject({ status: 'RUNNING', progress: 33.33, message: 'thinking' })
  expect((await fixture.rows.inbox(session))[0]).toMatchObject({ status: 'PROCESSING' })
  const next = granted(await tasks().progress(AGENT, taskId, { progress: 20 }))
  expect(next).toMatchObject({ status: 'RUNNING', progress: 20, message: 'thinking' })
  expect(next.updated_at >= view.updated_at).toBe(true)
  expect(await fixture.rows.events(session)).toHaveLength(2)
  granted(await tasks().complete(AGENT, taskId, { result: {} }))
  expect((await fixture.rows.inbox(session))[0]).toMatchObject({ status: 'COMPLETED' })
})

it('a report says so to whoever streams, and an end wakes the relay', async () => {
  const notifier = { eventsWritten: jest.fn(), taskProgressed: jest.fn() }
  const replica = fixture.replica({ notifier })
  const { taskId } = await pendingTask()
  granted(await replica.tasks.progress(AGENT, taskId, { progress: 1 }))
  expect(notifier.taskProgressed).toHaveBeenCalledWith(taskId)
  expect(notifier.eventsWritten).not.toHaveBeenCalled()
  granted(await replica.tasks.complete(AGENT, taskId, { result: {} }))
  granted(await replica.tasks.complete(AGENT, taskId, { result: {} }))
  expect(notifier.eventsWritten).toHaveBeenCalledTimes(1)
})

it('is seen by its owner and by agents, and by nobody else', async () => {
  const { taskId } = await pendingTask()
  const view = granted(await tasks().get(caller('owner'), taskId))
  expect(view).toMatchObject({ task_id: taskId, status: 'PENDING', progress: 0 })
  expect(await tasks().get(AGENT.caller, taskId)).toEqual(view)
  expect(await tasks().get(caller('stranger', 'other:scope'), taskId)).toMatchObject({
    code: 'TASK_NOT_FOUND',
  })
})

it('is cancelled by its owner alone', async () => {
  const { taskId } = await pendingTask()
  for (const stranger of [by('stranger'), AGENT])
    expect(await tasks().cancel(stranger, taskId, {})).toMatchObject({ code: 'TASK_NOT_FOUND' })
  expect(granted(await tasks().cancel(by('owner'), taskId, {})).error).toEqual({
    message: expect.any(String),
    code: 'cancelled',
  })
})

it('that does not exist is not found', async () => {
  const id = randomUUID()
  const none = { code: 'TASK_NOT_FOUND' }
  expect(await tasks().get(AGENT.caller, id)).toMatchObject(none)
  expect(await tasks().progress(AGENT, id, { progress: 1 })).toMatchObject(none)
  for (const [, end] of ENDINGS) expect(await end(id)).toMatchObject(none)
})

it('keeps a result that is too large for an event out', async () => {
  const small = fixture.replica({}, { eventMaxBytes: 1_500 })
  const { taskId } = await pendingTask()
  const before = await snapshotOf(fixture.sql)
  const result = { text: 'x'.repeat(2_000) }
  expect(await small.tasks.complete(AGENT, taskId, { result })).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
  expect(await snapshotOf(fixture.sql)).toEqual(before)
})
