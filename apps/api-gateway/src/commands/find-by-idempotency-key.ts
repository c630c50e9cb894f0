/** Finds the command of a session that an Idempotency-Key was used for, and whether it was the same request. */
import type { CommandStatus } from '@infinite-scribe/shared-types'
import { statement } from '../database/statement'
import type { CommandRequest } from '../ports'
import type { Transaction } from './unit-of-work'

export interface EarlierCommand {
  readonly command_id: string
  readonly status: CommandStatus
  readonly task_id: string | null
  /** The same type, and the same payload by meaning. */
  readonly same_request: boolean
}

// jsonb's equality is the comparison by meaning: neither the order of members nor 1.0 for 1 matters.
const select = statement<EarlierCommand>(
  'find-by-idempotency-key',
  `SELECT c.id AS command_id, c.status, t.id AS task_id,
          (c.command_type = ?::text AND c.payload = ?::jsonb) AS same_request
     FROM command_inbox c
     LEFT JOIN async_tasks t ON t.triggered_by_command_id = c.id
    WHERE c.session_id = ?::uuid AND c.idempotency_key = ?::text`,
)

/** The earlier command; undefined when the request has no key, or a new one. */
export async function findByIdempotencyKey(
  tx: Transaction,
  request: CommandRequest,
): Promise<EarlierCommand | undefined> {
  if (request.idempotencyKey === undefined) return undefined
  const [earlier] = await select(tx, [
    request.commandType,
    JSON.stringify(request.payload),
    request.sessionId,
    request.idempotencyKey,
  ])
  return earlier
}
