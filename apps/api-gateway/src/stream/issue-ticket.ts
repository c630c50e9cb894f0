/** Writes a ticket for one stream. */
import { statement } from '../database/statement'
import type { Transaction } from '../commands/unit-of-work'

const insert = statement<{ expires_at: Date }>(
  'issue-ticket',
  `INSERT INTO stream_tickets (hash, user_id, token_expires_at, expires_at)
   VALUES (decode(?::text, 'hex'), ?::text, to_timestamp(?::double precision),
           least(now() + make_interval(secs => ?::double precision), to_timestamp(?::double precision)))
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

/** Writes the ticket, removes some that expired, and answers when it expires, by the database's clock. */
export async function issueTicket(tx: Transaction, ticket: NewTicket): Promise<Date> {
  const { hash, userId, tokenExpiresAtSeconds: tokenEnd, lifetimeSeconds } = ticket
  const [row] = await insert(tx, [hash, userId, tokenEnd, lifetimeSeconds, tokenEnd])
  if (!row) throw new Error('an insert answered without its row')
  await removeExpired(tx, [])
  return row.expires_at
}
