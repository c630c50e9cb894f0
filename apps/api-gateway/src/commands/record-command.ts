/** Writes commands into the inbox, whose unique indexes decide what is a duplicate. */
import { isUniqueViolation } from '../database/faults'

/**
 * The INSERT of commands.
 * @param commands a relation with the columns of the inbox; `command_status` is the status
 */
// No ON CONFLICT: at REPEATABLE READ it would raise 40001 against a concurrent twin instead of naming the index.
// By session: two replicas that write some of the same sessions must not wait for each other crosswise.
export const RECORD_COMMANDS = (commands: string) => `
  INSERT INTO command_inbox (id, session_id, command_type, idempotency_key, payload, status)
  SELECT command_id, session_id, command_type, idempotency_key, payload, command_status
    FROM ${commands}
   ORDER BY session_id
  RETURNING id AS command_id`

/** Whether one of the inbox's unique indexes refused the row. Which one says little: the pending one is named first. */
export function isDuplicateCommand(error: unknown): boolean {
  return isUniqueViolation(
    error,
    'idx_command_inbox_unique_pending_command',
    'idx_command_inbox_unique_idempotency_key',
  )
}
