/** Writes the command into the inbox, whose unique indexes decide what is a duplicate. */
import type { CommandStatus, JsonObject } from '@infinite-scribe/shared-types'
import { isUniqueViolation } from '../database/faults'
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

export interface InboxEntry {
  readonly commandId: string
  readonly sessionId: string
  readonly commandType: string
  readonly idempotencyKey: string
  readonly payload: JsonObject
  readonly status: CommandStatus
}

// No ON CONFLICT: at REPEATABLE READ it would raise 40001 against a concurrent twin instead of naming the index.
const insert = statement(
  'record-command',
  `INSERT INTO command_inbox (id, session_id, command_type, idempotency_key, payload, status)
   VALUES (?::uuid, ?::uuid, ?::text, ?::text, ?::jsonb, ?::text)`,
)

/** Inserts the row; the error of a duplicate satisfies {@link isDuplicateCommand}. */
export async function recordCommand(tx: Transaction, entry: InboxEntry): Promise<void> {
  await insert(tx, [
    entry.commandId,
    entry.sessionId,
    entry.commandType,
    entry.idempotencyKey,
    JSON.stringify(entry.payload),
    entry.status,
  ])
}

/** Whether one of the inbox's unique indexes refused the row. Which one says little: the pending one is named first. */
export function isDuplicateCommand(error: unknown): boolean {
  return isUniqueViolation(
    error,
    'idx_command_inbox_unique_pending_command',
    'idx_command_inbox_unique_idempotency_key',
  )
}
