/** What holds for every command, whatever it decides: its session is in progress, and an async one opens its task. */
import { isRefusal, refuse } from '../outcome'
import type { CancelTask, Command, CommandDefinition } from './command-definition'
import type { Decision } from './decision'
import type { GenesisSession } from './session'

export function decideCommand(
  definition: CommandDefinition,
  session: GenesisSession,
  command: Command,
  cancelTask: CancelTask,
): Decision {
  if (session.status !== 'IN_PROGRESS')
    return refuse('SESSION_NOT_ACTIVE', `The session is ${session.status}`, {
      current_stage: session.currentStage,
    })
  if (definition.mode === 'sync') return definition.decide(session, command, cancelTask)

  const decision = definition.decide(session, command, cancelTask)
  if (isRefusal(decision)) return decision
  const [request, ...others] = decision
  const { taskId, commandId } = command
  return [{ ...request, opens: { taskId, commandId, taskType: definition.taskType } }, ...others]
}
