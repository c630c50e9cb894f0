/** What is an event name, at run time and at compile time. */
import fc from 'fast-check'
import {
  EVENT_VERBS,
  eventName,
  GENESIS_EVENTS,
  InvalidEventNameError,
  isEventName,
  parseEventName,
  type ValidEventName,
} from './index'

const NAMES = [
  'Genesis.Session.StageConfirmed',
  'Chapter.Draft.Revised',
  'Genesis.Session.Finished',
  'A.B.C.Created',
  'Novel2.Chapter10.V2Draft.TextUpdated',
  ...EVENT_VERBS.map((verb) => `Genesis.Session.${verb}`),
  ...Object.values(GENESIS_EVENTS),
]

const NO_NAMES = [
  'Genesis.Session.Unconfirmed',
  'genesis.session.created',
  'Genesis.StageConfirmed',
  'Genesis.Session.StageConfirmed.v2',
  'Genesis.Session.Sub.More.Created',
  'Genesis.Session.Create',
  'Genesis.Session.CreatedAt',
  'Genesis.Session.created',
  'Genesis..Created',
  '.Session.Created',
  'Genesis.Session.',
  'Genesis.Session.Stage_Confirmed',
  'Genesis.Session.Stage Confirmed',
  'Génesis.Session.Created',
  ' Genesis.Session.Created',
  'Genesis.Session.Created\n',
  `${'A'.repeat(300)}.Session.Created`,
  '',
  null,
  undefined,
  1,
  ['Genesis.Session.Created'],
]

it.each(NAMES)('%s is one', (name) => {
  expect(isEventName(name)).toBe(true)
  expect(parseEventName(name)).toBe(name)
})

it.each(NO_NAMES)('%j is none', (value) => {
  expect(isEventName(value)).toBe(false)
  expect(() => parseEventName(value)).toThrow(InvalidEventNameError)
})

it('is three or four words of PascalCase, the last ending in a verb', () => {
  const segment = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,10}$/)
  const verb = fc.constantFrom(...EVENT_VERBS)
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 5 }), fc.option(segment), verb, (head, subject, action) => {
      const name = [...head, (subject ?? '') + action].join('.')
      expect(isEventName(name)).toBe(head.length === 2 || head.length === 3)
    }),
  )
})

it('does not compile as a wrong literal, which would throw', () => {
  // @ts-expect-error "Unconfirmed" is not the verb "Confirmed"
  expect(() => eventName('Genesis.Session.Unconfirmed')).toThrow(InvalidEventNameError)
  // @ts-expect-error lower case
  expect(() => eventName('genesis.session.created')).toThrow(InvalidEventNameError)
  // @ts-expect-error two segments
  expect(() => eventName('Genesis.StageConfirmed')).toThrow(InvalidEventNameError)
  // @ts-expect-error a version is no verb
  expect(() => eventName('Genesis.Session.StageConfirmed.v2')).toThrow(InvalidEventNameError)
  // @ts-expect-error five segments
  expect(() => eventName('Genesis.Session.Sub.More.Created')).toThrow(InvalidEventNameError)
  // @ts-expect-error an underscore
  expect(() => eventName('Genesis.Session.Stage_Confirmed')).toThrow(InvalidEventNameError)

  expect(eventName('Genesis.Session.StageConfirmed')).toBe('Genesis.Session.StageConfirmed')
  expect(eventName('Chapter.Draft.Revised')).toBe('Chapter.Draft.Revised')
  const valid: ValidEventName<'Genesis.Session.Sub.Created'> = 'Genesis.Session.Sub.Created'
  expect(isEventName(valid)).toBe(true)
})
