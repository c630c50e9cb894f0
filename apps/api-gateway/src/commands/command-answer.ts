/** What a command is answered with: the first time, again, and as a duplicate. */
import { UNFINISHED_COMMAND_STATUSES, type CommandStatus } from '@infinite-scribe/shared-types'
import type { CommandDefinition } from '../genesis/command-definition'
import { refuse, type Refusal } from '../outcome'
import type { CommandAnswer } from '../ports'
import type { EarlierCommand } from './find-by-idempotency-key'

/** The status that a command of this mode has in its first answer, and in the inbox until its task reports. */
export function firstStatus(definition: CommandDefinition): CommandStatus {
  return definition.mode === 'async' ? 'RECEIVED' : 'COMPLETED'
}

/** The answer to a command that was carried out: the first one, however late it is given again. */
export function accepted(
  definition: CommandDefinition,
  commandId: string,
  taskId: string | null,
  replayed = false,
): CommandAnswer {
  const common = { commandId, status: firstStatus(definition), replayed }
  if (definition.mode === 'sync') return { ...common, mode: 'sync', message: 'Command completed' }
  return { ...common, mode: 'async', message: 'Command accepted', ...(taskId === null ? {} : { taskId }) }
}

/** The answer to a request whose Idempotency-Key was used before. */
export function answerAgain(definition: CommandDefinition, earlier: EarlierCommand): CommandAnswer | Refusal {
  if (!earlier.same_request)
    return refuse('IDEMPOTENCY_KEY_REUSED', 'The Idempotency-Key was used for another request')
  if (UNFINISHED_COMMAND_STATUSES.some((unfinished) => unfinished === earlier.status))
    return { ...duplicateOf(earlier.command_id), replayed: true }
  return accepted(definition, earlier.command_id, earlier.task_id, true)
}

/** The refusal of a command that is under way already. */
export function duplicateOf(commandId: string): Refusal {
  return refuse('DUPLICATE_COMMAND', 'Command already processing', { duplicate_command_id: commandId })
}
