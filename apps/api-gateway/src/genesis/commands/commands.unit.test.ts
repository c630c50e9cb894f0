/** What each command decides: given a session, when a command comes, then these events or this refusal. */
import type { JsonObject } from '@infinite-scribe/shared-types'
import { isRefusal } from '../../outcome'
import { commandCatalog } from '../command-catalog'
import { evolve, initialSession, type GenesisSession } from '../session'
import type { TaskEnd } from '../task'

const session = (given: Partial<GenesisSession> = {}): GenesisSession => ({ ...initialSession(), ...given })
const taskType = 'genesis.concept_generation'
const task = { taskId: 'task', commandId: 'asked', taskType } as const

function decide(type: string, given: GenesisSession, payload: JsonObject = {}) {
  return commandCatalog.find(type)!.decide(given, { sessionId: 's', commandId: 'c', taskId: 't', payload })
}

function eventsOf(...parameters: Parameters<typeof decide>) {
  const decision = decide(...parameters)
  if (isRefusal(decision)) throw new Error(decision.code)
  return decision
}

it('RequestConceptGeneration asks for a task of this command', () => {
  expect(decide('RequestConceptGeneration', session(), { theme_preferences: ['x'] })).toEqual([
    {
      type: 'Genesis.Session.ConceptGenerationRequested',
      payload: { session_id: 's', request_params: { theme_preferences: ['x'] } },
      opens: { taskId: 't', commandId: 'c', taskType },
    },
  ])
})

it.each<[TaskEnd, string, object]>([
  [{ how: 'completed', result: { concepts: ['a'] } }, 'ConceptProposed', { result: { concepts: ['a'] } }],
  ...(['failed', 'cancelled', 'timed_out'] as const).map((how): [TaskEnd, string, object] => [
    { how, error: { message: 'm' } },
    'ConceptGenerationFailed',
    { reason: how, error: { message: 'm' } },
  ]),
])('its task that ends %j appends %s', (end, type, payload) => {
  expect(commandCatalog.taskEnded('s', task, end)).toEqual({
    type: `Genesis.Session.${type}`,
    payload: { session_id: 's', task_id: 'task', ...payload },
    ends: task,
  })
})

it.each(['STORY_CONCEPTION', 'WORLDVIEW', 'CHARACTERS', 'PLOT_OUTLINE'] as const)(
  'RequestConceptGeneration is not allowed at %s',
  (currentStage) => {
    expect(decide('RequestConceptGeneration', session({ currentStage }))).toMatchObject({
      code: 'COMMAND_NOT_ALLOWED',
      details: { current_stage: currentStage },
    })
  },
)

it.each([
  ['CONCEPT_SELECTION', 'STORY_CONCEPTION'],
  ['STORY_CONCEPTION', 'WORLDVIEW'],
  ['WORLDVIEW', 'CHARACTERS'],
  ['CHARACTERS', 'PLOT_OUTLINE'],
] as const)('ConfirmStage goes from %s to %s and leaves open tasks alone', (currentStage, next) => {
  const given = session({ currentStage, openTasks: [task] })
  const events = eventsOf('ConfirmStage', given, { stage: currentStage, data: { a: 1 } })
  expect(events).toEqual([
    {
      type: 'Genesis.Session.StageConfirmed',
      payload: { session_id: 's', stage: currentStage, next_stage: next, data: { a: 1 } },
    },
  ])
  expect(events.reduce(evolve, given)).toEqual({
    status: 'IN_PROGRESS',
    currentStage: next,
    confirmedData: { [currentStage]: { a: 1 } },
    openTasks: [task],
  })
})

it('ConfirmStage of the last stage ends the open tasks, then the session', () => {
  const given = session({ currentStage: 'PLOT_OUTLINE', openTasks: [task] })
  const events = eventsOf('ConfirmStage', given)
  expect(events.map(({ type, ends }) => [type, ends])).toEqual([
    ['Genesis.Session.StageConfirmed', undefined],
    ['Genesis.Session.ConceptGenerationFailed', task],
    ['Genesis.Session.Finished', undefined],
  ])
  expect(events[1]!.payload).toMatchObject({ task_id: 'task', reason: 'cancelled' })
  expect(events.reduce(evolve, given)).toEqual({
    status: 'COMPLETED',
    currentStage: 'FINISHED',
    confirmedData: {},
    openTasks: [],
  })
})

it('ConfirmStage for another stage is refused', () => {
  expect(decide('ConfirmStage', session(), { stage: 'WORLDVIEW' })).toMatchObject({
    code: 'STAGE_MISMATCH',
    details: { current_stage: 'CONCEPT_SELECTION' },
  })
})

it('SubmitFeedback keeps every member of its payload', () => {
  const given = session()
  const events = eventsOf('SubmitFeedback', given, { feedback: 'f', rating: 1, mood: ['?'] })
  expect(events).toEqual([
    {
      type: 'Genesis.Session.FeedbackSubmitted',
      payload: { session_id: 's', feedback: 'f', rating: 1, mood: ['?'] },
    },
  ])
  expect(events.reduce(evolve, given)).toEqual(given)
})

it.each(['COMPLETED', 'ABANDONED'] as const)('no command is for a session that is %s', (status) => {
  for (const type of commandCatalog.supported)
    expect(decide(type, session({ status }))).toMatchObject({
      code: 'SESSION_NOT_ACTIVE',
      details: { current_stage: 'CONCEPT_SELECTION' },
    })
})
