/** Asks whether a session is there and belongs to its caller. */
import { statement } from '../database/statement'
import type { Transaction } from './unit-of-work'

const select = statement(
  'owns-session',
  'SELECT 1 FROM genesis_sessions WHERE id = ?::uuid AND user_id = ?::text',
)

export async function ownsSession(tx: Transaction, sessionId: string, owner: string): Promise<boolean> {
  return (await select(tx, [sessionId, owner])).length > 0
}
