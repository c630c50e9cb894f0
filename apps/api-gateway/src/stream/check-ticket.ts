/** Looks whether a ticket is good, and leaves it. */
import { statement, type Queryable } from '../database/statement'
import { GOOD_TICKET, ticketOf, type FoundTicket, type TicketRow } from './spend-ticket'

const select = statement<TicketRow>(
  'check-ticket',
  `SELECT user_id, token_expires_at FROM stream_tickets WHERE ${GOOD_TICKET}`,
)

/** What {@link spendTicket} would answer now. */
export async function checkTicket(
  db: Queryable,
  hash: string,
  userId: string | undefined,
): Promise<FoundTicket | undefined> {
  return ticketOf(await select(db, [hash, userId ?? null]))
}
