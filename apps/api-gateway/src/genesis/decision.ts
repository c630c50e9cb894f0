/** What a command decides: events that are to become facts, or a refusal. */
import type { GenesisEventPayloads, GenesisEventType, ValidEventName } from '@infinite-scribe/shared-types'
import type { Refusal } from '../outcome'
import type { OpenTask } from './task'

/** An event before it has an identity, a version and a time. */
export interface DecidedEvent {
  readonly type: string
  readonly payload: object
  /** The task that it asks for; the catalog says so of the first event of an async command. */
  readonly opens?: OpenTask
  /** The task whose end it tells; the catalog says so of what a definition's `ended` returns. */
  readonly ends?: OpenTask
}

export type Decision = readonly DecidedEvent[] | Refusal

type PayloadOf<Name extends string> = Name extends GenesisEventType ? GenesisEventPayloads[Name] : object

/** An event that is to become a fact; a wrong name does not compile, a known name has its own payload. */
export function decided<const Name extends string>(
  type: ValidEventName<Name>,
  payload: PayloadOf<Name>,
): DecidedEvent {
  return { type, payload }
}
