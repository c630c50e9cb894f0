/** Takes a ticket, once. */
import { statement } from '../database/statement'
import type { Transaction } from '../commands/unit-of-work'

/** Of the hash, not expired, and the user's where one is given. */
export const GOOD_TICKET = `hash = decode(?::text, 'hex') AND expires_at > now()
                              AND user_id = coalesce(?::text, user_id)`

export interface TicketRow {
  user_id: string
  token_expires_at: Date
}

const remove = statement<TicketRow>(
  'spend-ticket',
  `DELETE FROM stream_tickets WHERE ${GOOD_TICKET} RETURNING user_id, token_expires_at`,
)

export interface FoundTicket {
  readonly userId: string
  readonly tokenExpiresAt: Date
}

/** What the ticket stood for; undefined when there is none, it expired, or it is not `userId`'s, where one is given. */
export async function spendTicket(
  tx: Transaction,
  hash: string,
  userId: string | undefined,
): Promise<FoundTicket | undefined> {
  return ticketOf(await remove(tx, [hash, userId ?? null]))
}

/** The one ticket of an answer, if there is one. */
export function ticketOf([row]: readonly TicketRow[]): FoundTicket | undefined {
  return row && { userId: row.user_id, tokenExpiresAt: row.token_expires_at }
}
