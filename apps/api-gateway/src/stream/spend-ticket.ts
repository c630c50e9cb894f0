/** Takes a ticket, once. */
import { statement } from '../database/statement'
import type { Transaction } from '../commands/unit-of-work'

const remove = statement<{ user_id: string; token_expires_at: Date }>(
  'spend-ticket',
  `DELETE FROM stream_tickets
    WHERE hash = decode(?::text, 'hex') AND expires_at > now() AND user_id = coalesce(?::text, user_id)
RETURNING user_id, token_expires_at`,
)

export interface SpentTicket {
  readonly userId: string
  readonly tokenExpiresAt: Date
}

/** What the ticket stood for; undefined when there is none, it expired, or it is not `userId`'s, where one is given. */
export async function spendTicket(
  tx: Transaction,
  hash: string,
  userId: string | undefined,
): Promise<SpentTicket | undefined> {
  const [row] = await remove(tx, [hash, userId ?? null])
  return row && { userId: row.user_id, tokenExpiresAt: row.token_expires_at }
}
