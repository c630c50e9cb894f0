/** What a command decides: events that are to become facts, or a refusal. */
import type { GenesisEventPayloads, GenesisEventType, ValidEventName } from '@infinite-scribe/shared-types'
import type { Refusal } from '../outcome'

/** A task that has not ended, and the command that asked for it. */
export interface OpenTask {
  readonly taskId: string
  readonly commandId: string
}

/** An event before it has an identity, a version and a time. */
export interface DecidedEvent {
  readonly type: string
  readonly payload: object
  /** The task it is about: its id goes into the metadata, its command is the event's correlation. */
  readonly task?: OpenTask
}

export type Decision = readonly DecidedEvent[] | Refusal

type PayloadOf<Name extends string> = Name extends GenesisEventType ? GenesisEventPayloads[Name] : object

/** An event that is to become a fact; a wrong name does not compile, a known name has its own payload. */
export function decided<const Name extends string>(
  type: ValidEventName<Name>,
  payload: PayloadOf<Name>,
  task?: OpenTask,
): DecidedEvent {
  return { type, payload, ...(task ? { task } : {}) }
}
