/** The receipt of a command, wherever its events are on their way. */
import { randomUUID } from 'node:crypto'
import {
  AGENT,
  caller,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  type Fixture,
} from '../service-fixture.test'

let fixture: Fixture
let session: string
beforeAll(async () => {
  fixture = await openFixture()
})
afterAll(() => fixture.close())
beforeEach(async () => {
  session = await openSession(fixture.services)
})

const receipt = async (commandId: string) =>
  granted(await fixture.services.commands.receipt(caller('owner'), session, commandId))

async function requestedEvent() {
  const { commandId, taskId } = await requestConcepts(fixture.services, session)
  const eventId = (await fixture.rows.events(session))[1]!.event_id
  return { commandId, taskId, eventId }
}

it('tells of the command and of an event that waits', async () => {
  const { commandId, taskId, eventId } = await requestedEvent()
  expect(await receipt(commandId)).toEqual({
    command_id: commandId,
    command_type: 'RequestConceptGeneration',
    status: 'RECEIVED',
    created_at: expect.stringMatching(/Z$/),
    task_id: taskId,
    events: [
      {
        event_id: eventId,
        event_type: 'Genesis.Session.ConceptGenerationRequested',
        aggregate_version: 2,
        delivery: { status: 'PENDING', attempts: 0, topic: 'events-of-the-test' },
      },
    ],
  })
})

it('has the end of its task, and no other command’s events', async () => {
  const { commandId, taskId } = await requestedEvent()
  const { commandId: other } = granted(await send(fixture.services, session, 'SubmitFeedback'))
  granted(await fixture.services.tasks.complete(AGENT, taskId, { result: {} }))
  const done = await receipt(commandId)
  expect(done.status).toBe('COMPLETED')
  expect(done.events.map((event) => event.aggregate_version)).toEqual([2, 4])
  const feedback = await receipt(other)
  expect(feedback).not.toHaveProperty('task_id')
  expect(feedback.events.map((event) => event.aggregate_version)).toEqual([3])
})

it('says where an event went, also when the SENT row is gone', async () => {
  const { commandId, eventId } = await requestedEvent()
  await fixture.sql.query(
    `UPDATE event_outbox SET status = 'SENT', attempts = 2, kafka_partition = 3, kafka_offset = 4711,
            sent_at = '2026-01-01T10:00:00.123Z', last_error = '{"class":"x","message":"y","attempts":[]}' WHERE id = $1`,
    [eventId],
  )
  const before = await receipt(commandId)
  expect(before.events[0]!.delivery).toEqual({
    status: 'SENT',
    attempts: 2,
    topic: 'events-of-the-test',
    partition: 3,
    offset: '4711',
    sent_at: '2026-01-01T10:00:00.123Z',
  })
  await fixture.sql.query(`DELETE FROM event_outbox WHERE status = 'SENT'`)
  expect(await receipt(commandId)).toEqual(before)
})

it('says why an event failed, and whether the relay will send it again', async () => {
  const { commandId, eventId } = await requestedEvent()
  const error = { class: 'too_large', code: '10', message: 'too large', attempts: ['2026-01-01T10:00:00Z'] }
  for (const willRetry of [false, true]) {
    await fixture.sql.query(
      `UPDATE event_outbox SET status = 'FAILED', attempts = 4, last_error = $2, will_retry = $3 WHERE id = $1`,
      [eventId, JSON.stringify(error), willRetry],
    )
    expect((await receipt(commandId)).events[0]!.delivery).toEqual({
      status: 'FAILED',
      attempts: 4,
      topic: 'events-of-the-test',
      error,
      will_retry: willRetry,
    })
  }
})

it('does not call an event sent whose row was removed by hand before it was', async () => {
  const { commandId, eventId } = await requestedEvent()
  await fixture.sql.query('DELETE FROM event_outbox WHERE id = $1', [eventId])
  expect((await receipt(commandId)).events[0]!.delivery).toMatchObject({ status: 'FAILED', attempts: 0 })
})

it('is not found for a command of another session, or none', async () => {
  const { commandId } = await requestedEvent()
  const elsewhere = await openSession(fixture.services)
  for (const [at, id] of [
    [elsewhere, commandId],
    [session, randomUUID()],
  ] as const)
    expect(await fixture.services.commands.receipt(caller('owner'), at, id)).toMatchObject({
      code: 'COMMAND_NOT_FOUND',
    })
})
