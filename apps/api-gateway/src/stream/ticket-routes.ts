/** The route that sells tickets for streams. */
import { time } from '../field-schemas'
import { endpoint, type Endpoint } from '../http/endpoint'
import type { JsonSchema } from '../json-schema'
import { isRefusal } from '../outcome'
import type { TicketPort } from '../ports'

const TICKET_BODY: JsonSchema = {
  $id: 'StreamTicketRequest',
  title: 'Buy a ticket',
  type: 'object',
  additionalProperties: false,
}

const TICKET: JsonSchema = {
  $id: 'StreamTicket',
  title: 'Opens one event stream',
  type: 'object',
  required: ['ticket', 'expires_at'],
  properties: { ticket: { type: 'string' }, expires_at: time },
  additionalProperties: false,
}

/** The endpoint that `tickets` answers. */
export function ticketEndpoints(tickets: TicketPort): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/events/stream/tickets',
      operationId: 'buyStreamTicket',
      summary: 'Buy a single-use ticket for the event stream',
      body: TICKET_BODY,
      bodyOptional: true,
      answers: { 201: TICKET },
      handle: async ({ context, tokenExpiresAtSeconds }) => {
        const sold = await tickets.issue({ userId: context.caller.sub, tokenExpiresAtSeconds })
        return isRefusal(sold) ? sold : { status: 201, body: sold }
      },
    }),
  ]
}
