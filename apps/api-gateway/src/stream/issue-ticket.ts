/** Writes a ticket for one stream. */
import { statement } from '../database/statement'
import type { Transaction } from '../commands/unit-of-work'

const insert = statement<{ expires_at: Date }>(
  'issue-ticket',
  `INSERT INTO stream_tickets (hash, user_id, token_expires_at, expires_at)
   SELECT decode(?::text, 'hex'), ?::text, token_end,
          least(now() + make_interval(secs => ?::double precision), token_end)
     FROM to_timestamp(?::double precision) AS token_end
    WHERE token_end > now()
   RETURNING expires_at`,
)

// In small steps, past rows that another is removing.
const removeExpired = statement(
  'remove-expired-tickets',
  `DELETE FROM stream_tickets WHERE hash IN
     (SELECT hash FROM stream_tickets WHERE expires_at < now() ORDER BY expires_at LIMIT 100
         FOR UPDATE SKIP LOCKED)`,
)

export interface NewTicket {
  /** SHA-256 of the ticket, in hex: a ticket itself is nowhere but with its buyer. */
  readonly hash: string
  readonly userId: string
  readonly tokenExpiresAtSeconds: number
  readonly lifetimeSeconds: number
}

/**
 * Writes the ticket, removes some that expired, and answers when it expires, by the database's clock; undefined, and
 * nothing is written, when its token is over by that clock: a token is taken for some seconds longer.
 */
export async function issueTicket(tx: Transaction, ticket: NewTicket): Promise<Date | undefined> {
  const { hash, userId, tokenExpiresAtSeconds, lifetimeSeconds } = ticket
  const [row] = await insert(tx, [hash, userId, lifetimeSeconds, tokenExpiresAtSeconds])
  if (row) await removeExpired(tx, [])
  return row?.expires_at
}
