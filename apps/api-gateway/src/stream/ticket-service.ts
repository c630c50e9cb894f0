/** Sells and takes tickets: a browser's EventSource cannot send a token, and a token must not stand in a URL. */
import { createHash, randomBytes } from 'node:crypto'
import type { UnitOfWork } from '../commands/unit-of-work'
import { refuse, type Refusal } from '../outcome'
import type { TicketHolder, TicketPort, TicketView } from '../ports'
import { checkTicket } from './check-ticket'
import { issueTicket } from './issue-ticket'
import { spendTicket, type FoundTicket } from './spend-ticket'

const TICKET_BYTES = 32
const LIFETIME_SECONDS = 30
const TICKET = /^[A-Za-z0-9_-]{43}$/

export class TicketService implements TicketPort {
  /** @param lifetimeSeconds how long a ticket waits for its stream */
  constructor(
    private readonly unitOfWork: Pick<UnitOfWork, 'readOne' | 'write'>,
    private readonly lifetimeSeconds = LIFETIME_SECONDS,
  ) {}

  /** @throws {ServiceFault} as {@link UnitOfWork.write} does. */
  async issue(holder: TicketHolder): Promise<TicketView | Refusal> {
    const ticket = randomBytes(TICKET_BYTES).toString('base64url')
    const expiresAt = await this.unitOfWork.write((tx) =>
      issueTicket(tx, { hash: hashOf(ticket), lifetimeSeconds: this.lifetimeSeconds, ...holder }),
    )
    if (!expiresAt) return refuse('TOKEN_EXPIRED', 'The token has expired')
    return { ticket, expires_at: expiresAt.toISOString() }
  }

  /** @throws {ServiceFault} as {@link UnitOfWork.readOne} does. */
  async check(ticket: string, bearer: string | undefined): Promise<TicketHolder | Refusal> {
    if (!TICKET.test(ticket)) return noTicket()
    return holderOf(await this.unitOfWork.readOne((db) => checkTicket(db, hashOf(ticket), bearer)))
  }

  /** @throws {ServiceFault} as {@link UnitOfWork.write} does. */
  async spend(ticket: string, bearer: string | undefined): Promise<TicketHolder | Refusal> {
    if (!TICKET.test(ticket)) return noTicket()
    return holderOf(await this.unitOfWork.write(async (tx) => spendTicket(tx, hashOf(ticket), bearer)))
  }
}

function holderOf(ticket: FoundTicket | undefined): TicketHolder | Refusal {
  if (!ticket) return noTicket()
  return { userId: ticket.userId, tokenExpiresAtSeconds: ticket.tokenExpiresAt.getTime() / 1000 }
}

function noTicket(): Refusal {
  return refuse('INVALID_TICKET', 'The ticket is not valid, was used, or has expired')
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex')
}
