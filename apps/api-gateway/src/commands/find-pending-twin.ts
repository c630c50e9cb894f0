/** Finds the unfinished command of the same type in a session. */
import { UNFINISHED_COMMAND } from '../database/status-lists'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

const select = statement<{ id: string }>(
  'find-pending-twin',
  `SELECT id FROM command_inbox
    WHERE session_id = ?::uuid AND command_type = ?::text AND status IN ${UNFINISHED_COMMAND}`,
)

/** Its id; undefined when it has ended meanwhile. Asked only after the unique index refused an insert. */
export async function findPendingTwin(
  tx: Transaction,
  sessionId: string,
  commandType: string,
): Promise<string | undefined> {
  const [twin] = await select(tx, [sessionId, commandType])
  return twin?.id
}
