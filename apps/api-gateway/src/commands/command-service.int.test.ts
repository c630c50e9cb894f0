/** What one command does, and what is said to it, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import type { EventEnvelope } from '@infinite-scribe/shared-types'
import { commandCatalog } from '../genesis/command-catalog'
import type { CommandAnswer } from '../ports'
import {
  AGENT,
  caller,
  confirmUntil,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  snapshotOf,
  TOPIC,
  type Fixture,
} from '../service-fixture.test'

let fixture: Fixture
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())

const services = () => fixture.services

describe('RequestConceptGeneration', () => {
  it('is received, with its task, its event and its outbox row', async () => {
    const session = await openSession(services())
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const payload = { theme_preferences: ['科幻'], style_preferences: ['快节奏'], more: { deep: [1] } }

    const answer = granted(
      await send(services(), session, 'RequestConceptGeneration', payload, { traceparent }),
    )

    expect(answer).toEqual({
      mode: 'async',
      commandId: expect.any(String),
      status: 'RECEIVED',
      message: 'Command accepted',
      taskId: expect.any(String),
      eventId: (await fixture.rows.events(session))[1]!.event_id,
      replayed: false,
    })
    const [, event] = await fixture.rows.events(session)
    const [, outbox] = await fixture.rows.outbox(session)
    expect(await fixture.rows.inbox(session)).toEqual([
      expect.objectContaining({
        id: answer.commandId,
        status: 'RECEIVED',
        payload,
        idempotency_key: answer.commandId,
      }),
    ])
    expect(await fixture.rows.tasks(session)).toEqual([
      expect.objectContaining({
        id: answer.taskId,
        task_type: 'genesis.concept_generation',
        triggered_by_command_id: answer.commandId,
        request_event_id: event!.event_id,
        status: 'PENDING',
        progress: '0.00',
        input_data: payload,
      }),
    ])
    expect(event).toMatchObject({
      event_type: 'Genesis.Session.ConceptGenerationRequested',
      correlation_id: answer.commandId,
      aggregate_type: 'GENESIS_SESSION',
      aggregate_version: 2,
      payload: { session_id: session, request_params: payload },
      metadata: { user_id: 'owner', actor: 'owner', task_id: answer.taskId, source_service: 'api-gateway' },
    })
    expect(outbox).toMatchObject({
      id: event!.event_id,
      topic: TOPIC,
      key: session,
      status: 'PENDING',
      attempts: 0,
      traceparent,
    })
    expectOneChain(await fixture.rows.events(session))
    expect(await fixture.rows.session(session)).toMatchObject({ version: 2, last_event_id: event!.event_id })
  })

  it('is refused at every other stage', async () => {
    const session = await openSession(services())
    await confirmUntil(services(), session, 'STORY_CONCEPTION')
    expect(await send(services(), session, 'RequestConceptGeneration')).toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      details: { current_stage: 'STORY_CONCEPTION' },
    })
  })

  it('is a duplicate of its unfinished twin, which is named', async () => {
    const session = await openSession(services())
    const { commandId } = await requestConcepts(services(), session)
    const before = await snapshotOf(fixture.sql)
    expect(await send(services(), session, 'RequestConceptGeneration', { other: 1 })).toEqual({
      refused: true,
      code: 'DUPLICATE_COMMAND',
      message: 'Command already processing',
      details: { duplicate_command_id: commandId },
    })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })

  it('is accepted again once its twin has ended', async () => {
    const session = await openSession(services())
    const { taskId } = await requestConcepts(services(), session)
    granted(await services().tasks.complete(AGENT, taskId, { result: { concepts: [] } }))
    granted(await send(services(), session, 'RequestConceptGeneration'))
    expectOneChain(await fixture.rows.events(session))
  })
})

describe('ConfirmStage', () => {
  it('goes on to the next stage and keeps the data by stage', async () => {
    const session = await openSession(services())
    const first = granted(await send(services(), session, 'ConfirmStage', { data: { idea: 'a' } }))
    granted(await send(services(), session, 'ConfirmStage'))
    granted(await send(services(), session, 'ConfirmStage', { stage: 'WORLDVIEW', data: { planets: 3 } }))
    expect(first).toMatchObject({ mode: 'sync', status: 'COMPLETED', message: 'Command completed' })
    expect(await fixture.rows.session(session)).toMatchObject({
      current_stage: 'CHARACTERS',
      status: 'IN_PROGRESS',
      confirmed_data: { CONCEPT_SELECTION: { idea: 'a' }, WORLDVIEW: { planets: 3 } },
      version: 4,
    })
    const [, confirmed, without] = await fixture.rows.events(session)
    expect(confirmed!.payload).toEqual({
      session_id: session,
      stage: 'CONCEPT_SELECTION',
      next_stage: 'STORY_CONCEPTION',
      data: { idea: 'a' },
    })
    expect(without!.payload).not.toHaveProperty('data')
    expect((await fixture.rows.inbox(session)).map(({ status }) => status)).toEqual(
      Array(3).fill('COMPLETED'),
    )
  })

  it('is refused for another stage than the current one', async () => {
    const session = await openSession(services())
    const before = await snapshotOf(fixture.sql)
    for (const stage of ['WORLDVIEW', 'NO_STAGE'])
      expect(await send(services(), session, 'ConfirmStage', { stage })).toMatchObject({
        code: 'STAGE_MISMATCH',
        details: { current_stage: 'CONCEPT_SELECTION' },
      })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })

  it('finishes the session at the last stage and cancels its open tasks before that', async () => {
    const session = await openSession(services())
    const { commandId, taskId } = await requestConcepts(services(), session)
    await confirmUntil(services(), session, 'PLOT_OUTLINE')
    const last = granted(await send(services(), session, 'ConfirmStage'))

    expect(await fixture.rows.session(session)).toMatchObject({
      status: 'COMPLETED',
      current_stage: 'FINISHED',
    })
    expect(await fixture.rows.tasks(session)).toEqual([
      expect.objectContaining({ id: taskId, status: 'CANCELLED', error_data: expect.any(Object) }),
    ])
    expect((await fixture.rows.inbox(session))[0]).toMatchObject({ id: commandId, status: 'FAILED' })
    const events = await fixture.rows.events(session)
    expectOneChain(events)
    expect(events.slice(-3)).toEqual([
      expect.objectContaining({
        event_type: 'Genesis.Session.StageConfirmed',
        correlation_id: last.commandId,
        payload: { session_id: session, stage: 'PLOT_OUTLINE', next_stage: 'FINISHED' },
      }),
      expect.objectContaining({
        event_type: 'Genesis.Session.ConceptGenerationFailed',
        correlation_id: commandId,
        payload: expect.objectContaining({ task_id: taskId, reason: 'cancelled' }),
        metadata: expect.objectContaining({ task_id: taskId, actor: 'owner' }),
      }),
      expect.objectContaining({
        event_type: 'Genesis.Session.Finished',
        correlation_id: last.commandId,
        payload: { session_id: session },
      }),
    ])
    expect((await fixture.rows.outbox(session)).map(({ id }) => id)).toEqual(events.map((e) => e.event_id))
  })

  it('is allowed while a generation is pending, whose late end never changes the stage', async () => {
    const session = await openSession(services())
    const { taskId } = await requestConcepts(services(), session)
    granted(await send(services(), session, 'ConfirmStage', { data: { chosen: 1 } }))
    granted(await services().tasks.complete(AGENT, taskId, { result: { late: true } }))
    expect(await fixture.rows.session(session)).toMatchObject({
      current_stage: 'STORY_CONCEPTION',
      confirmed_data: { CONCEPT_SELECTION: { chosen: 1 } },
    })
    expectOneChain(await fixture.rows.events(session))
  })
})

describe('SubmitFeedback', () => {
  it('is a fact with whatever else it says', async () => {
    const session = await openSession(services())
    granted(
      await send(services(), session, 'SubmitFeedback', { feedback: 'good', rating: 5, constructor: 1 }),
    )
    expect((await fixture.rows.events(session))[1]!.payload).toEqual({
      session_id: session,
      feedback: 'good',
      rating: 5,
      constructor: 1,
    })
  })
})

describe('a session that is not in progress', () => {
  it.each(['COMPLETED', 'ABANDONED'])('refuses every command when %s', async (status) => {
    const session = await openSession(services())
    await fixture.sql.query('UPDATE genesis_sessions SET status = $2 WHERE id = $1', [session, status])
    for (const type of ['RequestConceptGeneration', 'ConfirmStage', 'SubmitFeedback'])
      expect(await send(services(), session, type)).toMatchObject({
        code: 'SESSION_NOT_ACTIVE',
        details: { current_stage: 'CONCEPT_SELECTION' },
      })
  })

  it('takes the end of a task that was open when it was abandoned', async () => {
    const session = await openSession(services())
    const { taskId } = await requestConcepts(services(), session)
    await fixture.sql.query(`UPDATE genesis_sessions SET status = 'ABANDONED' WHERE id = $1`, [session])
    granted(await services().tasks.fail(AGENT, taskId, { error: { message: 'no' } }))
    expect(await fixture.rows.session(session)).toMatchObject({ status: 'ABANDONED', version: 3 })
    expectOneChain(await fixture.rows.events(session))
  })
})

describe('what is looked at first', () => {
  it('is the command type, with those there are', async () => {
    expect(await send(services(), randomUUID(), 'DeleteEverything')).toMatchObject({
      code: 'UNSUPPORTED_COMMAND_TYPE',
      details: { supported: commandCatalog.supported },
    })
  })

  it.each([
    ['RequestConceptGeneration', { theme_preferences: 'x' }, '/payload/theme_preferences'],
    ['RequestConceptGeneration', { style_preferences: ['a', 1] }, '/payload/style_preferences/1'],
    ['ConfirmStage', { stage: 1 }, '/payload/stage'],
    ['ConfirmStage', { data: [] }, '/payload/data'],
    ['ConfirmStage', { 'a/b': 1 }, '/payload/a~1b'],
    ['SubmitFeedback', { feedback: 1 }, '/payload/feedback'],
    ['SubmitFeedback', { rating: 6 }, '/payload/rating'],
    ['SubmitFeedback', { rating: 1.5 }, '/payload/rating'],
    ['SubmitFeedback', { session_id: 'mine' }, '/payload/session_id'],
  ])('is then the payload: %s %j', async (type, payload, path) => {
    expect(await send(services(), randomUUID(), type, payload as never)).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { errors: [{ path, message: expect.any(String) }] },
    })
  })

  it('is then whether the session is there, and the caller its owner', async () => {
    const session = await openSession(services())
    for (const id of [randomUUID(), session])
      expect(await send(services(), id, 'ConfirmStage', {}, { owner: 'stranger' })).toMatchObject({
        code: 'SESSION_NOT_FOUND',
      })
  })
})

describe('the Idempotency-Key', () => {
  it('gives the first answer again, to the same request by meaning', async () => {
    const session = await openSession(services())
    const idempotencyKey = 'k-1'
    const first = granted(
      await send(services(), session, 'SubmitFeedback', { a: 1, b: { c: 2, d: 3 } }, { idempotencyKey }),
    )
    await confirmUntil(services(), session, 'WORLDVIEW')
    const before = await snapshotOf(fixture.sql)
    const again = await send(
      services(),
      session,
      'SubmitFeedback',
      { b: { d: 3, c: 2 }, a: 1 },
      { idempotencyKey },
    )
    expect(again).toEqual({ ...first, eventId: undefined, replayed: true })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
  })

  it('names the very command while it is unfinished, and gives its 202 again when it has ended', async () => {
    const session = await openSession(services())
    const idempotencyKey = 'k-2'
    const again = () => send(services(), session, 'RequestConceptGeneration', { n: 1 }, { idempotencyKey })
    const first = granted(await again())
    const unfinished = {
      refused: true,
      code: 'DUPLICATE_COMMAND',
      message: 'Command already processing',
      details: { duplicate_command_id: first.commandId },
      replayed: true,
    }
    expect(await again()).toEqual(unfinished)
    granted(await services().tasks.progress(AGENT, first.taskId!, { progress: 10 }))
    expect(await again()).toEqual(unfinished)
    granted(await services().tasks.cancel({ ...AGENT, caller: caller('owner') }, first.taskId!, {}))
    expect(await again()).toEqual({ ...first, eventId: undefined, replayed: true })
  })

  it('is looked at before the rules of the session', async () => {
    const session = await openSession(services())
    const idempotencyKey = 'k-3'
    const first = granted(
      await send(services(), session, 'ConfirmStage', { stage: 'CONCEPT_SELECTION' }, { idempotencyKey }),
    )
    await confirmUntil(services(), session, 'FINISHED')
    expect(
      await send(services(), session, 'ConfirmStage', { stage: 'CONCEPT_SELECTION' }, { idempotencyKey }),
    ).toEqual({ ...first, eventId: undefined, replayed: true })
  })

  it.each([
    ['another payload', 'SubmitFeedback', { rating: 2 }],
    ['another command', 'ConfirmStage', {}],
  ])('is not to be used for %s', async (_, type, payload) => {
    const session = await openSession(services())
    granted(await send(services(), session, 'SubmitFeedback', { rating: 1 }, { idempotencyKey: 'k' }))
    expect(await send(services(), session, type, payload as never, { idempotencyKey: 'k' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    })
  })

  it('is not used up by a refusal, and means something else in another session', async () => {
    const session = await openSession(services())
    const key = { idempotencyKey: 'k' }
    expect(await send(services(), session, 'ConfirmStage', { stage: 'FINISHED' }, key)).toMatchObject({
      code: 'STAGE_MISMATCH',
    })
    const here = granted(await send(services(), session, 'ConfirmStage', {}, key))
    const there = granted(await send(services(), await openSession(services()), 'ConfirmStage', {}, key))
    expect(here.replayed).toBe(false)
    expect(there.commandId).not.toBe(here.commandId)
  })

  it('of a twin that is pending under another key gives the twin', async () => {
    const session = await openSession(services())
    const type = 'RequestConceptGeneration'
    const first = granted(await send(services(), session, type, {}, { idempotencyKey: 'first' }))
    const twin = await send(services(), session, type, {}, { idempotencyKey: 'second' })
    expect(twin).toMatchObject({ details: { duplicate_command_id: first.commandId } })
    expect(twin).not.toHaveProperty('replayed')
  })
})

describe('an event', () => {
  it('is the same in the outbox, in domain_events and in the history', async () => {
    const session = await openSession(services())
    await requestConcepts(services(), session, {
      theme_preferences: ['"\\\u0007é😀'],
      n: 1.5e-7,
      big: 123456789012345,
    })
    const sent = (await fixture.rows.outbox(session)).map(
      ({ payload }) => payload as unknown as EventEnvelope,
    )
    const history = granted(
      await services().sessions.history(caller('owner'), session, { after: 0, limit: 10 }),
    )
    expect(history.events).toEqual(sent)
    expect(sent[1]!.created_at).toBe(sent[1]!.metadata.timestamp)
  })

  it('over the limit is refused before anything is written', async () => {
    const small = fixture.replica({}, { eventMaxBytes: 1_000 })
    const session = await openSession(small)
    const before = await snapshotOf(fixture.sql)
    expect(await send(small, session, 'SubmitFeedback', { feedback: 'é'.repeat(400) })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    })
    expect(await snapshotOf(fixture.sql)).toEqual(before)
    granted(await send(small, session, 'SubmitFeedback', { feedback: 'fits' }))
  })
})

it('an accepted command wakes the relay once, a refused or repeated one does not', async () => {
  const notifier = { eventsWritten: jest.fn(), taskProgressed: jest.fn() }
  const woken = fixture.replica({ notifier })
  const session = await openSession(services())
  granted(await send(woken, session, 'SubmitFeedback', {}, { idempotencyKey: 'k' })) satisfies CommandAnswer
  await send(woken, session, 'SubmitFeedback', {}, { idempotencyKey: 'k' })
  await send(woken, session, 'ConfirmStage', { stage: 'FINISHED' })
  expect(notifier.eventsWritten).toHaveBeenCalledTimes(1)
})
