/** The catalog: what it lets through, and that a new command is one definition. */
import { eventName } from '@infinite-scribe/shared-types'
import { isRefusal } from '../outcome'
import { CommandCatalog, commandCatalog } from './command-catalog'
import { defineCommand } from './command-definition'
import { decided } from './decision'
import { evolve, initialSession } from './session'

it('names the command types there are', () => {
  expect(commandCatalog.supported).toEqual(['RequestConceptGeneration', 'ConfirmStage', 'SubmitFeedback'])
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
  const { definition, faultsOf } = catalog.find('ProposeTitle')!
  expect(faultsOf({})).toHaveLength(1)
  const given = initialSession()
  const events = definition.decide(given, {
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

it('does not compile with a wrong event name, or a payload that is another event’s', () => {
  // @ts-expect-error "Unconfirmed" is no verb
  const unnamed = decided('Genesis.Session.Unconfirmed', {})
  const incomplete = { session_id: 's', next_stage: 'WORLDVIEW' } as const
  // @ts-expect-error the stage is missing
  const unstaged = decided('Genesis.Session.StageConfirmed', incomplete)
  // At run time it is the envelope's check that refuses them.
  expect([unnamed.type, unstaged.payload]).toEqual(['Genesis.Session.Unconfirmed', incomplete])
})
