/** The catalog: what it lets through, and that a new command is one definition. */
import { eventName } from '@infinite-scribe/shared-types'
import { isRefusal, ServiceFault } from '../outcome'
import { CommandCatalog, commandCatalog } from './command-catalog'
import { defineCommand } from './command-definition'
import { decided } from './decision'
import { catalogWithTitles, requestTitleProposal, TITLE_TASK } from './request-title-proposal.kit.test'
import { evolve, initialSession } from './session'

it('names the command types there are', () => {
  const { supported } = commandCatalog
  expect(supported.slice(0, 3)).toEqual(['RequestConceptGeneration', 'ConfirmStage', 'SubmitFeedback'])
  for (const name of supported) expect(commandCatalog.find(name)?.definition.type).toBe(name)
  for (const name of ['', 'confirmstage', 'constructor', '__proto__', 'toString'])
    expect(commandCatalog.find(name)).toBeUndefined()
})

it.each([
  ['RequestConceptGeneration', {}],
  ['RequestConceptGeneration', { theme_preferences: [], style_preferences: ['a'], other: null }],
  ['ConfirmStage', {}],
  ['ConfirmStage', { stage: 'WORLDVIEW', data: { constructor: 1 } }],
  ['SubmitFeedback', {}],
  ['SubmitFeedback', { feedback: '', rating: 1, prototype: {} }],
  ['SubmitFeedback', { rating: 5 }],
])('lets %s with %j through', (type, payload) => {
  expect(commandCatalog.find(type)!.faultsOf(payload as never)).toEqual([])
})

it('names every fault, but not tens of thousands', () => {
  const { faultsOf } = commandCatalog.find('RequestConceptGeneration')!
  expect(faultsOf({ theme_preferences: 1, style_preferences: 2 })).toEqual([
    { path: '/payload/theme_preferences', message: 'must be array' },
    { path: '/payload/style_preferences', message: 'must be array' },
  ])
  expect(faultsOf({ theme_preferences: Array(10_000).fill(1) })).toHaveLength(50)
})

it('takes a new command as one definition, with an event of its own', () => {
  const catalog = new CommandCatalog([
    defineCommand<{ title: string }>({
      type: 'ProposeTitle',
      mode: 'sync',
      schema: {
        type: 'object',
        properties: { title: { type: 'string' } },
        required: ['title'],
        additionalProperties: false,
      },
      decide: (_session, { sessionId, payload }) => [
        decided(eventName('Genesis.Session.TitleProposed'), { session_id: sessionId, title: payload.title }),
      ],
    }),
  ])
  const { decide, faultsOf } = catalog.find('ProposeTitle')!
  expect(faultsOf({})).toHaveLength(1)
  const given = initialSession()
  const events = decide(given, {
    sessionId: 's',
    commandId: 'c',
    taskId: 't',
    payload: { title: 'T' },
  })
  if (isRefusal(events)) throw new Error('refused')
  expect(events).toEqual([
    { type: 'Genesis.Session.TitleProposed', payload: { session_id: 's', title: 'T' } },
  ])
  expect(events.reduce(evolve, given)).toEqual(given)
})

describe('a new asynchronous command', () => {
  const command = { sessionId: 's', commandId: 'c', taskId: 't', payload: { tone: 'dark' } }
  const task = { taskId: 't', commandId: 'c', taskType: TITLE_TASK } as const

  it('opens its task by its first event and ends it by its own event, whatever their names', () => {
    const requested = catalogWithTitles.find('RequestTitleProposal')!.decide(initialSession(), command)
    if (isRefusal(requested)) throw new Error('refused')
    expect(requested).toEqual([
      {
        type: 'Genesis.Session.TitleRequested',
        payload: { session_id: 's', tone: 'dark' },
        opens: task,
      },
    ])
    const pending = requested.reduce(evolve, initialSession())
    expect(pending.openTasks).toEqual([task])

    const ended = catalogWithTitles.taskEnded('s', task, { how: 'completed', result: { title: 'T' } })
    expect(ended).toEqual({
      type: 'Genesis.Session.TitleProposed',
      payload: { session_id: 's', task_id: 't', result: { title: 'T' } },
      ends: task,
    })
    expect(evolve(pending, ended)).toEqual(initialSession())
  })

  it('does not compile without an event that asks for its task', () => {
    // @ts-expect-error its decision has no event
    const definition = defineCommand({
      type: 'RequestNothing',
      mode: 'async',
      taskType: 'genesis.nothing',
      schema: {},
      decide: () => [],
      ended: () => decided('Genesis.Session.NothingProposed', {}),
    })
    expect(definition.type).toBe('RequestNothing')
  })

  it('has a type and a task type of its own, which the database would take', () => {
    const catalogOf = (changes: object) => () =>
      new CommandCatalog([requestTitleProposal, { ...requestTitleProposal, ...changes }])
    expect(catalogOf({ taskType: 'genesis.other' })).toThrow('two commands RequestTitleProposal')
    expect(catalogOf({ type: 'Other' })).toThrow('ask for the same task genesis.title_proposal')
    expect(catalogOf({ type: 'Other', taskType: 'genesis.Title' })).toThrow('a task genesis.Title')
  })

  it('is for a catalog that has it alone to end', () => {
    const end = { how: 'completed', result: {} } as const
    expect(() => commandCatalog.taskEnded('s', task, end)).toThrow(ServiceFault)
  })

  it('is known by its task', () => {
    expect(catalogWithTitles.commandTypeOf(TITLE_TASK)).toBe('RequestTitleProposal')
    expect(() => commandCatalog.commandTypeOf(TITLE_TASK)).toThrow(ServiceFault)
  })
})

it('does not compile with a wrong event name, or a payload that is another event’s', () => {
  // @ts-expect-error "Unconfirmed" is no verb
  const unnamed = decided('Genesis.Session.Unconfirmed', {})
  const incomplete = { session_id: 's', next_stage: 'WORLDVIEW' } as const
  // @ts-expect-error the stage is missing
  const unstaged = decided('Genesis.Session.StageConfirmed', incomplete)
  // At run time it is the envelope's check that refuses them.
  expect([unnamed.type, unstaged.payload]).toEqual(['Genesis.Session.Unconfirmed', incomplete])
})
