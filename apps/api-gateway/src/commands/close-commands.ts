/** Ends commands that are under way. */
import type { CommandStatus } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import { UNFINISHED_COMMAND } from '../database/status-lists'
import type { OpenTask } from '../genesis/task'
import type { Transaction } from './unit-of-work'

/**
 * The UPDATE that ends commands which have not ended.
 * @param closing a relation with the columns `command_id` and `status`
 */
export const CLOSE_COMMANDS = (closing: string) => `
  UPDATE command_inbox SET status = closing.status, updated_at = clock_timestamp()
    FROM ${closing} closing
   WHERE command_inbox.id = closing.command_id AND command_inbox.status IN ${UNFINISHED_COMMAND}`

const close = statement(
  'close-commands',
  CLOSE_COMMANDS('(SELECT unnest(?::uuid[]) AS command_id, ?::text AS status)'),
)

/** Sets `status` on the commands that asked for these tasks. */
export async function closeCommands(
  tx: Transaction,
  tasks: readonly OpenTask[],
  status: CommandStatus,
): Promise<void> {
  if (tasks.length > 0) await close(tx, [tasks.map(({ commandId }) => commandId), status])
}
