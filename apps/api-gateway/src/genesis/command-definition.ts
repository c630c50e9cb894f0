/** What a command type consists of: its schema, its mode and its decision. */
import type { JsonObject, TaskType } from '@infinite-scribe/shared-types'
import { refuse } from '../outcome'
import type { Decision } from './decision'
import type { GenesisSession } from './session'

/** A valid command on its way to a decision. */
export interface Command<Payload = JsonObject> {
  readonly sessionId: string
  readonly commandId: string
  /** The id that the task of an async command will have. */
  readonly taskId: string
  readonly payload: Payload
}

/** How a command is answered: done at once (200), or when the task that it starts has ended (202). */
export type CommandMode = { readonly mode: 'sync' } | { readonly mode: 'async'; readonly taskType: TaskType }

export type CommandDefinition<Payload = JsonObject> = CommandMode & {
  /** The command_type of the request. */
  readonly type: string
  /** JSON Schema of the payload; validates it, and stands in the OpenAPI document. */
  readonly schema: Readonly<Record<string, unknown>>
  decide(session: GenesisSession, command: Command<Payload>): Decision
}

/**
 * A definition for the catalog: its `decide` sees sessions in progress alone, for no command may touch another.
 * `Payload` is what the schema lets through.
 */
export function defineCommand<Payload>(definition: CommandDefinition<Payload>): CommandDefinition {
  return {
    ...definition,
    decide: (session, command) =>
      session.status === 'IN_PROGRESS'
        ? definition.decide(session, command as Command<Payload>)
        : refuse('SESSION_NOT_ACTIVE', `The session is ${session.status}`, {
            current_stage: session.currentStage,
          }),
  }
}
