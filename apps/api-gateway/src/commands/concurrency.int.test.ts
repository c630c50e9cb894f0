/** Many commands at once, in one process and in two: one chain, one winner, no clash shown to anybody. */
import { isRefusal, type Refusal } from '../outcome'
import type { CommandAnswer } from '../ports'
import type { Services } from '../services'
import {
  AGENT,
  by,
  confirmUntil,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  type Fixture,
} from '../service-fixture.test'

let fixture: Fixture
let one: Services
let other: Services
beforeAll(async () => {
  fixture = await openFixture()
  one = fixture.services
  other = fixture.replica()
})
afterAll(() => fixture.close())

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
const either = (i: number) => (i % 2 ? one : other)

function sorted(answers: (CommandAnswer | Refusal)[]) {
  return {
    accepted: answers.filter((answer) => !isRefusal(answer)) as CommandAnswer[],
    refused: answers.filter(isRefusal),
  }
}

it.each([
  ['one replica', () => one],
  ['two replicas', either],
])('accepts one of 60 twins on %s; the others name it', async (_, replica) => {
  const session = await openSession(one)
  const { accepted, refused } = sorted(
    await Promise.all(times(60, (i) => send(replica(i), session, 'RequestConceptGeneration', { i }))),
  )
  expect(accepted).toHaveLength(1)
  expect(refused).toEqual(
    Array(59).fill({
      refused: true,
      code: 'DUPLICATE_COMMAND',
      message: 'Command already processing',
      details: { duplicate_command_id: accepted[0]!.commandId },
    }),
  )
  expect(await fixture.rows.inbox(session)).toHaveLength(1)
  expect(await fixture.rows.tasks(session)).toHaveLength(1)
  expectOneChain(await fixture.rows.events(session))
})

it('accepts 200 commands at once on one session, in one chain', async () => {
  const session = await openSession(one)
  const answers = await Promise.all(times(200, (i) => send(one, session, 'SubmitFeedback', { i })))
  expect(answers.filter(isRefusal)).toEqual([])
  const events = await fixture.rows.events(session)
  expect(events).toHaveLength(201)
  expectOneChain(events)
  expect(await fixture.rows.session(session)).toMatchObject({
    version: 201,
    last_event_id: events[200]!.event_id,
  })
})

it('accepts 200 commands, 50 at once, through two replicas, in one chain that the outbox repeats', async () => {
  const session = await openSession(one)
  const waiting = times(200, (i) => i)
  const worker = async () => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift())
      granted(await send(either(i), session, 'SubmitFeedback', { i }))
  }
  await Promise.all(times(50, worker))
  const events = await fixture.rows.events(session)
  expect(events).toHaveLength(201)
  expectOneChain(events)
  expect((await fixture.rows.outbox(session)).map(({ id }) => id)).toEqual(events.map((e) => e.event_id))
})

it('carries out one of many requests with one Idempotency-Key, through two replicas', async () => {
  const session = await openSession(one)
  const { accepted } = sorted(
    await Promise.all(
      times(40, (i) => send(either(i), session, 'ConfirmStage', {}, { idempotencyKey: 'click' })),
    ),
  )
  expect(accepted).toHaveLength(40)
  expect(new Set(accepted.map(({ commandId }) => commandId)).size).toBe(1)
  expect(accepted.filter(({ replayed }) => !replayed)).toHaveLength(1)
  expect(await fixture.rows.session(session)).toMatchObject({ current_stage: 'STORY_CONCEPTION', version: 2 })
})

it('confirms a stage once however often it is clicked at once', async () => {
  const session = await openSession(one)
  const { accepted, refused } = sorted(
    await Promise.all(
      times(20, (i) => send(either(i), session, 'ConfirmStage', { stage: 'CONCEPT_SELECTION' })),
    ),
  )
  expect(accepted).toHaveLength(1)
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['STAGE_MISMATCH']))
})

it('gives a task one end and one event in 30 rounds of ten completions against ten cancellations', async () => {
  for (let round = 0; round < 30; round++) {
    const session = await openSession(one)
    const { commandId, taskId } = await requestConcepts(one, session)
    const answers = await Promise.all(
      times(20, (i) =>
        (i + round) % 2
          ? either(i >> 1).tasks.complete(AGENT, taskId, { result: { i } })
          : either(i >> 1).tasks.cancel(by('owner'), taskId, { reason: String(i) }),
      ),
    )
    const views = answers.filter((answer) => !isRefusal(answer))
    const refusals = answers.filter(isRefusal)
    const [task] = await fixture.rows.tasks(session)
    const ends = (await fixture.rows.events(session)).filter((e) => e.metadata.task_id === taskId).slice(1)
    expectOneChain(await fixture.rows.events(session))
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatchObject({ correlation_id: commandId })
    // Whoever was granted saw the one body; the others were told of the status that won.
    expect(new Set(views.map((view) => JSON.stringify(view))).size).toBe(1)
    expect(views).toHaveLength(10)
    expect(refusals).toEqual(
      Array(10).fill(
        expect.objectContaining({ code: 'TASK_ALREADY_ENDED', details: { status: task!.status } }),
      ),
    )
    const [command] = await fixture.rows.inbox(session)
    expect([task!.status, ends[0]!.event_type, command!.status]).toEqual(
      task!.status === 'COMPLETED'
        ? ['COMPLETED', 'Genesis.Session.ConceptProposed', 'COMPLETED']
        : ['CANCELLED', 'Genesis.Session.ConceptGenerationFailed', 'FAILED'],
    )
  }
})

it('gives a task one end when its session is finished while it is completed', async () => {
  await Promise.all(
    times(10, async () => {
      const session = await openSession(one)
      const { taskId } = await requestConcepts(one, session)
      await confirmUntil(one, session, 'PLOT_OUTLINE')
      await Promise.all([
        send(one, session, 'ConfirmStage'),
        other.tasks.complete(AGENT, taskId, { result: {} }),
        send(other, session, 'SubmitFeedback'),
      ])
      const events = await fixture.rows.events(session)
      expectOneChain(events)
      expect(events.filter((e) => e.metadata.task_id === taskId)).toHaveLength(2)
      expect((await fixture.rows.inbox(session)).every(({ status }) => /COMPLETED|FAILED/.test(status))).toBe(
        true,
      )
    }),
  )
})

it('keeps the chain when another service writes to the session row meanwhile', async () => {
  const session = await openSession(one)
  const foreign = times(20, () =>
    fixture.sql.query('UPDATE genesis_sessions SET novel_id = gen_random_uuid() WHERE id = $1', [session]),
  )
  const answers = await Promise.all(times(40, (i) => send(either(i), session, 'SubmitFeedback')))
  await Promise.all(foreign)
  expect(answers.filter(isRefusal)).toEqual([])
  expectOneChain(await fixture.rows.events(session))
})
