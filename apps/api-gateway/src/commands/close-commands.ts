/** Ends commands that are under way. */
import type { CommandStatus } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { OpenTask } from '../genesis/task'
import type { Transaction } from './unit-of-work'

const update = statement(
  'close-commands',
  `UPDATE command_inbox SET status = ?::text, updated_at = clock_timestamp()
    WHERE id = ANY (?::uuid[]) AND status IN ('RECEIVED', 'PROCESSING')`,
)

/** Sets `status` on the commands that asked for these tasks. */
export async function closeCommands(
  tx: Transaction,
  tasks: readonly OpenTask[],
  status: CommandStatus,
): Promise<void> {
  if (tasks.length > 0) await update(tx, [status, tasks.map(({ commandId }) => commandId)])
}
