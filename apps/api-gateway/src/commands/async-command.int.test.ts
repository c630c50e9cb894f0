/** A new asynchronous command is its definition and nothing else: its whole life through the real services. */
import { catalogWithTitles, TITLE_TASK } from '../genesis/request-title-proposal.kit.test'
import {
  AGENT,
  by,
  caller,
  confirmUntil,
  expectOneChain,
  granted,
  openFixture,
  openSession,
  requestConcepts,
  send,
  type Fixture,
} from '../service-fixture.test'
import type { Services } from '../services'
import type { TaskService } from '../tasks/task-service'

let fixture: Fixture
let services: Services
beforeAll(async () => {
  fixture = await openFixture()
  services = fixture.replica({ catalog: catalogWithTitles })
})
afterAll(() => fixture.close())

const REQUESTED = 'Genesis.Session.TitleRequested'
const PROPOSED = 'Genesis.Session.TitleProposed'
const FAILED = 'Genesis.Session.TitleProposalFailed'

async function titleRequested() {
  const session = await openSession(services)
  const answer = granted(await send(services, session, 'RequestTitleProposal', { tone: 'dark' }))
  return { session, commandId: answer.commandId, taskId: answer.taskId!, answer }
}

const stateOf = async (session: string) => granted(await services.sessions.state(caller('owner'), session))

/** What the database has of the command, its task and its events. */
async function recorded(session: string, commandId: string, taskId: string) {
  const events = await fixture.rows.events(session)
  expectOneChain(events)
  const outbox = await fixture.rows.outbox(session)
  expect(outbox.map(({ id }) => id)).toEqual(events.map(({ event_id }) => event_id))
  const own = events.filter(({ metadata }) => metadata.task_id === taskId)
  for (const event of own) expect(event.correlation_id).toBe(commandId)
  return {
    command: (await fixture.rows.inbox(session)).find(({ id }) => id === commandId)!.status,
    task: (await fixture.rows.tasks(session)).find(({ id }) => id === taskId)!,
    events: own.map(({ event_type, payload }) => [event_type, payload] as const),
  }
}

it('is received with its task and its event, shown as pending, and refused to a twin', async () => {
  const { session, commandId, taskId, answer } = await titleRequested()
  expect(answer).toMatchObject({ mode: 'async', status: 'RECEIVED' })
  const now = await recorded(session, commandId, taskId)
  expect(now).toMatchObject({
    command: 'RECEIVED',
    task: { task_type: TITLE_TASK, status: 'PENDING', input_data: { tone: 'dark' } },
    events: [[REQUESTED, { session_id: session, tone: 'dark' }]],
  })
  const [, event] = await fixture.rows.events(session)
  expect(now.task.request_event_id).toBe(event!.event_id)
  expect(granted(await services.tasks.get(caller('owner'), taskId)).task_type).toBe(TITLE_TASK)

  const pending = {
    command_id: commandId,
    command_type: 'RequestTitleProposal',
    task_id: taskId,
    progress: 0,
  }
  expect(await stateOf(session)).toMatchObject({
    is_pending: true,
    pending_command_type: 'RequestTitleProposal',
    pending: [pending],
    last_result: null,
  })
  expect(await send(services, session, 'RequestTitleProposal')).toMatchObject({
    code: 'DUPLICATE_COMMAND',
    details: { duplicate_command_id: commandId },
  })

  // One of another type is no twin.
  const concepts = await requestConcepts(services, session)
  expect((await stateOf(session)).pending.map(({ task_id }) => task_id)).toEqual([taskId, concepts.taskId])
})

it.each([
  {
    end: 'completed',
    report: (id: string) => services.tasks.complete(AGENT, id, { result: { title: 'Echo' } }),
    left: { status: 'COMPLETED', result: { title: 'Echo' } },
    event: [PROPOSED, { result: { title: 'Echo' } }],
  },
  {
    end: 'failed',
    report: (id: string) => services.tasks.fail(AGENT, id, { error: { message: 'no idea' } }),
    left: { status: 'FAILED', error: { message: 'no idea' } },
    event: [FAILED, { reason: 'failed', error: { message: 'no idea' } }],
  },
  {
    end: 'cancelled',
    report: (id: string) => services.tasks.cancel(by('owner'), id, { reason: 'enough' }),
    left: { status: 'CANCELLED', error: { message: 'enough', code: 'cancelled' } },
    event: [FAILED, { reason: 'cancelled', error: { message: 'enough', code: 'cancelled' } }],
  },
  {
    end: 'timed out',
    report: async (id: string) => {
      const impatient = fixture.replica({ catalog: catalogWithTitles }, { commandTimeoutSeconds: 0 })
      await fixture.sql.query(
        `UPDATE event_outbox SET status = 'SENT', sent_at = now()
          WHERE id = (SELECT request_event_id FROM async_tasks WHERE id = $1)`,
        [id],
      )
      expect(await (impatient.tasks as TaskService).timeOut(id)).toBe(true)
      return services.tasks.get(caller('owner'), id)
    },
    left: { status: 'FAILED', error: { code: 'timed_out' } },
    event: [FAILED, { reason: 'timed_out' }],
  },
])('that is $end appends its own event and frees its slot', async ({ report, left, event }) => {
  const { session, commandId, taskId } = await titleRequested()
  granted(await services.tasks.progress(AGENT, taskId, { progress: 40 }))
  expect((await stateOf(session)).pending).toMatchObject([{ progress: 40 }])

  expect(granted(await report(taskId))).toMatchObject({ task_id: taskId, task_type: TITLE_TASK, ...left })
  const command = left.status === 'COMPLETED' ? 'COMPLETED' : 'FAILED'
  const [type, payload] = event
  expect(await recorded(session, commandId, taskId)).toMatchObject({
    command,
    task: { status: left.status },
    events: [
      [REQUESTED, {}],
      [type, { session_id: session, task_id: taskId, ...(payload as object) }],
    ],
  })
  expect(await stateOf(session)).toMatchObject({
    is_pending: false,
    pending: [],
    last_result: { command_id: commandId, task_id: taskId, ...left },
  })
  granted(await send(services, session, 'RequestTitleProposal'))
})

it('is cancelled with whatever else is open when the session is finished, each by its own event', async () => {
  const { session, commandId, taskId } = await titleRequested()
  const concepts = await requestConcepts(services, session)
  await confirmUntil(services, session, 'PLOT_OUTLINE')
  granted(await send(services, session, 'ConfirmStage'))

  const cancelled = { reason: 'cancelled', error: { code: 'session_finished' } }
  expect(await recorded(session, commandId, taskId)).toMatchObject({
    command: 'FAILED',
    task: { status: 'CANCELLED', error_data: { code: 'session_finished' } },
    events: [
      [REQUESTED, {}],
      [FAILED, { task_id: taskId, ...cancelled }],
    ],
  })
  expect(await recorded(session, concepts.commandId, concepts.taskId)).toMatchObject({
    command: 'FAILED',
    task: { status: 'CANCELLED' },
    events: [
      ['Genesis.Session.ConceptGenerationRequested', {}],
      ['Genesis.Session.ConceptGenerationFailed', { task_id: concepts.taskId, ...cancelled }],
    ],
  })
  const events = await fixture.rows.events(session)
  expect(events.slice(-4).map(({ event_type }) => event_type)).toEqual([
    'Genesis.Session.StageConfirmed',
    FAILED,
    'Genesis.Session.ConceptGenerationFailed',
    'Genesis.Session.Finished',
  ])
  expect(await stateOf(session)).toMatchObject({ status: 'COMPLETED', is_pending: false, pending: [] })
})

it('is cancelled with others in the order of their events: the last of them is the last result', async () => {
  const { session, taskId } = await titleRequested()
  granted(await services.tasks.cancel(by('owner'), taskId, {}))
  // The clock has been set back since.
  await fixture.sql.query(`UPDATE async_tasks SET updated_at = now() + interval '1 hour' WHERE id = $1`, [
    taskId,
  ])
  const first = granted(await send(services, session, 'RequestTitleProposal')).taskId!
  const second = (await requestConcepts(services, session)).taskId
  // Its row moves behind the second's.
  granted(await services.tasks.progress(AGENT, first, { progress: 40 }))
  await confirmUntil(services, session, 'PLOT_OUTLINE')
  granted(await send(services, session, 'ConfirmStage'))

  const events = await fixture.rows.events(session)
  expect(events.slice(-3, -1).map(({ metadata }) => metadata.task_id)).toEqual([first, second])
  // Of two at the same time the second would come before the first.
  const { rows } = await fixture.sql.query<{ id: string }>(
    'SELECT id FROM async_tasks WHERE session_id = $1 ORDER BY updated_at, id = $2',
    [session, first],
  )
  expect(rows.map(({ id }) => id)).toEqual([taskId, first, second])
  expect((await stateOf(session)).last_result).toMatchObject({ task_id: second })
})

describe('a replica of an older version, which does not know the command,', () => {
  const SERVICE_UNAVAILABLE = { code: 'SERVICE_UNAVAILABLE' }

  it('ends none of its tasks, but shows them, takes progress, and does all else', async () => {
    const older = fixture.services
    const { session, taskId } = await titleRequested()
    await expect(older.tasks.complete(AGENT, taskId, { result: {} })).rejects.toMatchObject(
      SERVICE_UNAVAILABLE,
    )
    expect(granted(await older.tasks.get(caller('owner'), taskId))).toMatchObject({ status: 'PENDING' })
    granted(await older.tasks.progress(AGENT, taskId, { progress: 1 }))
    await confirmUntil(older, session, 'PLOT_OUTLINE')
    await expect(send(older, session, 'ConfirmStage')).rejects.toMatchObject(SERVICE_UNAVAILABLE)
    granted(await send(services, session, 'ConfirmStage'))
  })
})
