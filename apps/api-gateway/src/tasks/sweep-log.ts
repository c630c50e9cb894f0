/** What the log says of the commands that nobody finished in time. */
import { describeError, type Logger } from '@infinite-scribe/service-kit'
import { AWAY, troubleOf } from '../database/troubles'
import { TaskNotFailedError, type TimeOutParts } from './time-outs'

/** PostgreSQL being away is told by who watches it, in lines that the sweep's failures need not repeat. */
export function sweepLog(logger: Pick<Logger, 'warn'>): Pick<TimeOutParts, 'failed' | 'recovered'> {
  let told = false
  return {
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
