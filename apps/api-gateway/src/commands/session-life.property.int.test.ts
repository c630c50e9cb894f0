/** No sequence of commands, reports and cancels, one by one or at once, breaks what holds of a session in PostgreSQL. */
import {
  SESSION_STAGES,
  type AsyncTaskRow,
  type DomainEventRow,
  type JsonObject,
} from '@infinite-scribe/shared-types'
import fc from 'fast-check'
import type { DecidedEvent } from '../genesis/decision'
import { catalogWithTitles as catalog } from '../genesis/request-title-proposal.kit.test'
import { evolve, initialSession } from '../genesis/session'
import { isRefusal } from '../outcome'
import type { Services } from '../services'
import {
  AGENT,
  by,
  expectOneChain,
  openFixture,
  openSession,
  send,
  type Fixture,
} from '../service-fixture.test'
import type { TaskService } from '../tasks/task-service'

let fixture: Fixture
let replicas: Services[]
beforeAll(async () => {
  fixture = await openFixture({ commandTimeoutSeconds: 0 })
  replicas = [fixture.replica({ catalog }), fixture.replica({ catalog })]
})
afterAll(() => fixture.close())

type Step =
  | { do: 'command'; type: string; payload: JsonObject; key: string | undefined }
  | { do: 'report'; how: 'progress' | 'complete' | 'fail' | 'cancel' | 'time out'; task: number }

const command: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('command' as const),
  type: fc.constantFrom(...catalog.supported, 'ConfirmStage'),
  payload: fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ stage: fc.constantFrom(...SESSION_STAGES) }) },
    { weight: 1, arbitrary: fc.record({ data: fc.record({ n: fc.nat() }) }) },
  ),
  key: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
})
const report: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('report' as const),
  how: fc.constantFrom('progress', 'complete', 'fail', 'cancel', 'time out'),
  task: fc.nat(2),
})
// Each member of the outer list is a group that is sent at once.
const life = fc.array(fc.array(fc.oneof(command, report), { minLength: 1, maxLength: 4 }), { maxLength: 8 })

async function carryOut(services: Services, session: string, step: Step): Promise<void> {
  if (step.do === 'command') {
    const { type, payload, key } = step
    await send(services, session, type, payload, key === undefined ? {} : { idempotencyKey: key })
    return
  }
  const tasks = await fixture.rows.tasks(session)
  const task = tasks[step.task]
  if (!task) return
  const { id } = task
  if (step.how === 'progress') await services.tasks.progress(AGENT, id, { progress: 50 })
  else if (step.how === 'complete') await services.tasks.complete(AGENT, id, { result: { ok: true } })
  else if (step.how === 'fail') await services.tasks.fail(AGENT, id, { error: { message: 'no' } })
  else if (step.how === 'cancel') await services.tasks.cancel(by('owner'), id, {})
  else {
    await fixture.sql.query(`UPDATE event_outbox SET status = 'SENT', sent_at = now() WHERE id = $1`, [
      task.request_event_id,
    ])
    await (services.tasks as TaskService).timeOut(id)
  }
}

/** The events as they were decided: the first about a task asks for it, the second tells its end. */
function asDecided(events: readonly DomainEventRow[], tasks: readonly AsyncTaskRow[]): DecidedEvent[] {
  const opened = new Set<string>()
  return events.map(({ event_type: type, payload, correlation_id: commandId, metadata }) => {
    const row = tasks.find(({ id }) => id === metadata.task_id)
    if (!row) return { type, payload }
    const task = { taskId: row.id, commandId, taskType: row.task_type }
    if (opened.has(row.id)) return { type, payload, ends: task }
    opened.add(row.id)
    return { type, payload, opens: task }
  })
}

async function expectConsistent(session: string): Promise<void> {
  const [row, inbox, tasks, events, outbox] = await Promise.all([
    fixture.rows.session(session),
    fixture.rows.inbox(session),
    fixture.rows.tasks(session),
    fixture.rows.events(session),
    fixture.rows.outbox(session),
  ])
  expectOneChain(events)
  expect(outbox.map(({ id }) => id)).toEqual(events.map((event) => event.event_id))

  // The row is what the events say.
  const state = asDecided(events, tasks).reduce(evolve, initialSession())
  expect({
    status: row.status,
    currentStage: row.current_stage,
    confirmedData: row.confirmed_data,
    open: tasks
      .filter(({ status }) => /PENDING|RUNNING/.test(status))
      .map(({ id }) => id)
      .sort(),
  }).toEqual({
    status: state.status,
    currentStage: state.currentStage,
    confirmedData: state.confirmedData,
    open: state.openTasks.map(({ taskId }) => taskId).sort(),
  })
  expect([row.version, row.last_event_id]).toEqual([events.length, events.at(-1)!.event_id])

  // The stages follow each other, and nothing follows the end.
  const stages = events
    .filter((event) => event.event_type.endsWith('StageConfirmed'))
    .map((e) => e.payload.stage)
  expect(stages).toEqual(SESSION_STAGES.slice(0, stages.length))
  const finished = events.findIndex((event) => event.event_type === 'Genesis.Session.Finished')
  if (finished >= 0) expect(finished).toBe(events.length - 1)

  // One pending command of a type; a command is pending exactly as long as its task; each task has one end.
  const pending = inbox.filter(({ status }) => /RECEIVED|PROCESSING/.test(status))
  expect(new Set(pending.map(({ command_type }) => command_type)).size).toBe(pending.length)
  for (const task of tasks) {
    const { status } = inbox.find(({ id }) => id === task.triggered_by_command_id)!
    const expected = {
      PENDING: 'RECEIVED',
      RUNNING: 'PROCESSING',
      COMPLETED: 'COMPLETED',
      FAILED: 'FAILED',
      CANCELLED: 'FAILED',
    }
    expect(status).toBe(expected[task.status])
    const ends = events.filter((e) => e.metadata.task_id === task.id && !e.event_type.endsWith('Requested'))
    expect(ends).toHaveLength(/PENDING|RUNNING/.test(task.status) ? 0 : 1)
  }

  // Every command has its events and every event its command.
  const caused = new Set(events.slice(1).map((event) => event.correlation_id))
  expect(caused).toEqual(new Set(inbox.map(({ id }) => id)))
}

it('holds for any life of a session, on two replicas', async () => {
  await fc.assert(
    fc.asyncProperty(life, async (groups) => {
      const session = await openSession(fixture.services)
      for (const group of groups)
        await Promise.all(group.map((step, i) => carryOut(replicas[i % 2]!, session, step)))
      await expectConsistent(session)
    }),
    { numRuns: 40 },
  )
})

it('is a test of lives that get somewhere', async () => {
  const session = await openSession(fixture.services)
  const [first] = replicas
  for (const type of [
    'RequestConceptGeneration',
    'RequestTitleProposal',
    ...Array<string>(5).fill('ConfirmStage'),
  ])
    expect(isRefusal(await send(first!, session, type))).toBe(false)
  await expectConsistent(session)
  expect(await fixture.rows.session(session)).toMatchObject({ status: 'COMPLETED', version: 11 })
})
