/**
 * The only door for event names: `<Domain>.<AggregateRoot>.<OptionalSubAggregate>.<ActionInPastTense>`.
 */

/** The official verbs: the last word of an event name's last segment. */
export const EVENT_VERBS = [
  'Requested',
  'Created',
  'Proposed',
  'Submitted',
  'Confirmed',
  'Updated',
  'Revised',
  'Completed',
  'Finished',
  'Failed',
] as const

export type EventVerb = (typeof EVENT_VERBS)[number]

/** A string that {@link parseEventName} or {@link eventName} let through. */
export type EventName = string & { readonly __brand: 'EventName' }

const SEGMENT = '[A-Z][A-Za-z0-9]*'
// The verb is a word of its own: "StageConfirmed" and "Created", but not "Unconfirmed".
const ACTION = `(?:[A-Z][A-Za-z0-9]*)?(?:${EVENT_VERBS.join('|')})`
const EVENT_NAME = new RegExp(`^${SEGMENT}(?:\\.${SEGMENT}){1,2}\\.${ACTION}$`)

/** Whether `value` is an event name. */
export function isEventName(value: unknown): value is EventName {
  return typeof value === 'string' && value.length <= 255 && EVENT_NAME.test(value)
}

/**
 * The value as an event name.
 * @throws {InvalidEventNameError} when it is none.
 */
export function parseEventName(value: unknown): EventName {
  if (!isEventName(value)) throw new InvalidEventNameError(value)
  return value
}

/** Thrown for a name that is not `<Domain>.<AggregateRoot>.<OptionalSubAggregate>.<ActionInPastTense>`. */
export class InvalidEventNameError extends Error {
  override readonly name = 'InvalidEventNameError'
  constructor(readonly value: unknown) {
    super(
      `${typeof value === 'string' ? JSON.stringify(value) : typeof value} is no event name: three or four PascalCase segments joined by dots, ` +
        `the last ending in one of ${EVENT_VERBS.join(', ')}`,
    )
  }
}

// ---- the compile-time form ------------------------------------------------------------------------------

type UpperLetter =
  | 'A'
  | 'B'
  | 'C'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | 'N'
  | 'O'
  | 'P'
  | 'Q'
  | 'R'
  | 'S'
  | 'T'
  | 'U'
  | 'V'
  | 'W'
  | 'X'
  | 'Y'
  | 'Z'
type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
type WordCharacter = UpperLetter | Lowercase<UpperLetter> | Digit

type IsWord<S extends string> = S extends ''
  ? true
  : S extends `${infer Head}${infer Rest}`
    ? Head extends WordCharacter
      ? IsWord<Rest>
      : false
    : false
type IsSegment<S extends string> = S extends `${UpperLetter}${infer Rest}` ? IsWord<Rest> : false
type IsAction<S extends string> = S extends EventVerb
  ? true
  : S extends `${infer Subject}${EventVerb}`
    ? IsSegment<Subject>
    : false
type AllTrue<T extends readonly boolean[]> = false extends T[number] ? false : true

/** `Name` itself where the literal is an event name, `never` where it is not. */
export type ValidEventName<Name extends string> = Name extends `${infer A}.${infer B}.${infer C}.${infer D}`
  ? AllTrue<[IsSegment<A>, IsSegment<B>, IsSegment<C>, IsAction<D>]> extends true
    ? Name
    : never
  : Name extends `${infer A}.${infer B}.${infer C}`
    ? AllTrue<[IsSegment<A>, IsSegment<B>, IsAction<C>]> extends true
      ? Name
      : never
    : never

/**
 * A literal event name: a wrong one does not compile, and would throw.
 * @throws {InvalidEventNameError} when it is none.
 */
export function eventName<const Name extends string>(name: ValidEventName<Name>): Name {
  parseEventName(name)
  return name
}
