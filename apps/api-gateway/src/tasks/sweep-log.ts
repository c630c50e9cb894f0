/** What the log says of the commands that nobody finished in time. */
import { describeError, type Logger } from '@infinite-scribe/service-kit'
import { AWAY, troubleOf } from '../database/troubles'
import type { CommandCatalog } from '../genesis/command-catalog'
import type { OverdueTask } from './find-overdue-tasks'
import { TaskNotFailedError, type TimeOutParts } from './time-outs'

// Where the agents are gone, hundreds time out in one sweep.
const MOST_LINES = 3

const RUNBOOK = '(runbook commands-time-out)'

/** PostgreSQL being away is told by who watches it, in lines that the sweep's failures need not repeat. */
export function sweepLog(
  logger: Pick<Logger, 'warn'>,
  catalog: Pick<CommandCatalog, 'commandTypeOf'>,
): Pick<TimeOutParts, 'swept' | 'failed' | 'recovered'> {
  let told = false
  return {
    swept: (tasks) => {
      if (tasks.length > MOST_LINES) {
        logger.warn(`${tasks.length} commands timed out: nobody finished them ${RUNBOOK}`, {
          commands: tasks.length,
          taken_up: tasks.filter(({ takenUp }) => takenUp).length,
          first: tasks.slice(0, MOST_LINES).map(idsOf),
        })
        return
      }
      for (const task of tasks) {
        const why = task.takenUp ? 'its agent fell silent' : 'no agent took it up'
        logger.warn(`a command timed out: ${why} ${RUNBOOK}`, {
          ...idsOf(task),
          command_type: catalog.commandTypeOf(task.taskType),
          open_seconds: Math.round(task.openSeconds),
        })
      }
    },
    failed: (error) => {
      const { task, cause } = error instanceof TaskNotFailedError ? error : { task: undefined, cause: error }
      told = troubleOf(cause) !== AWAY
      if (!told) return
      logger.warn('overdue commands could not be failed', {
        ...(task && { task_id: task.id, command_id: task.commandId }),
        error: describeError(cause),
      })
    },
    recovered: () => {
      if (told) logger.warn('overdue commands can be failed again')
    },
  }
}

const idsOf = ({ id, commandId, sessionId }: OverdueTask) => ({
  task_id: id,
  command_id: commandId,
  session_id: sessionId,
})
