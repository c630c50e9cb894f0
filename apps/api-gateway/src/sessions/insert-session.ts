/** Writes the row of a new session. */
import { isUniqueViolation } from '../database/faults'
import { statement } from '../database/statement'
import type { GenesisSession } from '../genesis/session'
import type { Transaction } from '../commands/unit-of-work'

const insert = statement(
  'insert-session',
  `INSERT INTO genesis_sessions (id, user_id, status, current_stage, version, last_event_id, idempotency_key)
   VALUES (?::uuid, ?::text, ?::text, ?::text, 1, ?::uuid, ?::text)`,
)

export interface NewSession {
  readonly sessionId: string
  readonly owner: string
  readonly createdEventId: string
  readonly idempotencyKey?: string | undefined
  readonly state: GenesisSession
}

/** Inserts the row; the error of a key that the user used before satisfies {@link isSecondOpening}. */
export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  await insert(tx, [
    session.sessionId,
    session.owner,
    session.state.status,
    session.state.currentStage,
    session.createdEventId,
    session.idempotencyKey ?? null,
  ])
}

/** Whether the user opened a session with this Idempotency-Key before. */
export function isSecondOpening(error: unknown): boolean {
  return isUniqueViolation(error, 'genesis_sessions_idempotency_key_unique')
}
