/** What a command type consists of: its schema, its mode, its decision and, where a task does the work, the task's end. */
import type { JsonObject, TaskType } from '@infinite-scribe/shared-types'
import type { JsonSchema } from '../json-schema'
import type { Refusal } from '../outcome'
import type { DecidedEvent, Decision } from './decision'
import type { GenesisSession } from './session'
import type { OpenTask, TaskEnd } from './task'

/** A valid command on its way to a decision. */
export interface Command<Payload = JsonObject> {
  readonly sessionId: string
  readonly commandId: string
  /** The id that the task of an async command will have. */
  readonly taskId: string
  readonly payload: Payload
}

/** The event that cancels an open task because its session is finished; the task's own definition words it. */
export type CancelTask = (task: OpenTask) => DecidedEvent

interface Described {
  /** The command_type of the request. */
  readonly type: string
  /** JSON Schema of the payload; validates it, and stands in the OpenAPI document. */
  readonly schema: JsonSchema
}

/** A command that is done when it is answered (200). */
export interface SyncCommand<Payload = JsonObject> extends Described {
  readonly mode: 'sync'
  /** Pure. Is asked only for sessions in progress, for no command may touch another. */
  decide(session: GenesisSession, command: Command<Payload>, cancelTask: CancelTask): Decision
}

/** A command that is answered at once (202) and done when the task that it asks for has ended. */
export interface AsyncCommand<Payload = JsonObject> extends Described {
  readonly mode: 'async'
  /** Of this command alone: it is by the type that a task finds its end. */
  readonly taskType: TaskType
  /** As of a sync command. The first event is the one that asks for the task: agents start on it. */
  decide(
    session: GenesisSession,
    command: Command<Payload>,
    cancelTask: CancelTask,
  ): readonly [DecidedEvent, ...DecidedEvent[]] | Refusal
  /** Pure. The event that tells how `task` ended, whatever the session has come to meanwhile. */
  ended(sessionId: string, task: OpenTask, end: TaskEnd): DecidedEvent
}

export type CommandDefinition<Payload = JsonObject> = SyncCommand<Payload> | AsyncCommand<Payload>

/** A definition for the catalog. `Payload` is what the schema lets through. */
export function defineCommand<Payload>(definition: CommandDefinition<Payload>): CommandDefinition {
  return definition as CommandDefinition
}
