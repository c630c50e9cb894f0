/** Finds the session that a user opened with an Idempotency-Key. */
import type { Queryable } from '../database/statement'
import { statement } from '../database/statement'

const select = statement<{ id: string }>(
  'find-opened-session',
  'SELECT id FROM genesis_sessions WHERE user_id = ?::text AND idempotency_key = ?::text',
)

export async function findOpenedSession(
  db: Queryable,
  owner: string,
  idempotencyKey: string,
): Promise<string | undefined> {
  const [session] = await select(db, [owner, idempotencyKey])
  return session?.id
}
