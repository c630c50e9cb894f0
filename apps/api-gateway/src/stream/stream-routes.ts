/** The route of the event stream: who asks, what for, and then an answer that does not end. */
import { isUuid } from '@infinite-scribe/shared-types'
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { answerRefusal } from '../http/answer-error'
import { authenticate } from '../http/authenticate'
import { requireAcceptable } from '../http/media-type'
import { otherMethods } from '../http/mount-endpoints'
import { HttpProblem } from '../http/problem'
import { factsOf } from '../http/request-facts'
import type { TokenVerifier } from '../http/verify-token'
import { isRefusal, type Refusal } from '../outcome'
import type { StreamPort, StreamRequest, StreamSeat, TicketHolder, TicketPort } from '../ports'

export const STREAM_PATH = '/events/stream'
const STREAM_TYPE = 'text/event-stream'

export interface StreamRouteParts {
  readonly streams: StreamPort
  readonly tickets: TicketPort
  readonly tokens: TokenVerifier
}

interface Visitor {
  readonly userId: string
  readonly expiresAtSeconds: number
  /** Takes the ticket, where there is one. @throws {HttpProblem} INVALID_TICKET when another was quicker. */
  readonly spend: () => Promise<void>
}

/** A router of the stream alone: its answer is no JSON, so it is no endpoint like the others. */
export function streamRoutes(parts: StreamRouteParts): Router {
  const router = Router({ caseSensitive: true })
  router
    .route(STREAM_PATH)
    .get(serveStream(parts))
    .all(otherMethods(STREAM_PATH, ['get']))
  return router
}

// The order is the contract's "Which error wins".
function serveStream({ streams, tickets, tokens }: StreamRouteParts): RequestHandler {
  return async (request, response) => {
    const facts = factsOf(response)
    facts.route = STREAM_PATH
    const { userId, expiresAtSeconds, spend } = await identify(request, tokens, tickets)
    facts.caller = { sub: userId, scopes: new Set() }
    const seat = streams.admit(userId)
    if (isRefusal(seat)) {
      answerRefusal(response, seat)
      return
    }
    response.once('close', () => seat.leave())
    const wanted = { ...readRequest(request, seat), expiresAtSeconds }
    requireAcceptable(request, STREAM_TYPE)
    const opened = await seat.open(wanted)
    if (isRefusal(opened)) {
      answerRefusal(response, opened)
      return
    }
    // HEAD asks what GET would be answered: it is safe, so it uses nothing up.
    if (request.method === 'HEAD') {
      opened.cancel()
      begin(response)
      response.end()
      return
    }
    // Last, so that a request which is refused can be made again with its ticket.
    await spend().catch((problem: unknown) => {
      opened.cancel()
      throw problem
    })
    begin(response)
    await opened.run(response)
  }
}

async function identify(request: Request, tokens: TokenVerifier, tickets: TicketPort): Promise<Visitor> {
  const ticket = parameter(
    request,
    'ticket',
    () => new HttpProblem('INVALID_TICKET', 'There is more than one ticket'),
  )
  if (ticket === undefined) {
    const { caller, expiresAtSeconds } = await authenticate(request, tokens)
    return { userId: caller.sub, expiresAtSeconds, spend: () => Promise.resolve() }
  }
  const bearer =
    request.headers.authorization === undefined ? undefined : (await authenticate(request, tokens)).caller.sub
  const { userId, tokenExpiresAtSeconds } = holderOf(await tickets.check(ticket, bearer))
  return {
    userId,
    expiresAtSeconds: tokenExpiresAtSeconds,
    spend: async () => void holderOf(await tickets.spend(ticket, bearer)),
  }
}

function holderOf(answer: TicketHolder | Refusal): TicketHolder {
  if (isRefusal(answer)) throw new HttpProblem(answer.code, answer.message)
  return answer
}

function readRequest(request: Request, seat: StreamSeat): Omit<StreamRequest, 'expiresAtSeconds'> {
  const session = parameter(request, 'context_id', () => invalidSession())
  if (session !== undefined && !isUuid(session)) throw invalidSession()
  // A browser that reconnects repeats the URL it began with; its header is the newer of the two.
  const header = request.headers['last-event-id']
  const lastEventId =
    typeof header === 'string' ? header : parameter(request, 'last_event_id', () => invalidPosition())
  const wanted = {
    ...(session === undefined ? {} : { sessionId: session.toLowerCase() }),
    ...(lastEventId === undefined ? {} : { lastEventId }),
  }
  if (!seat.accepts(wanted)) throw invalidPosition()
  return wanted
}

/** A query parameter that may stand there once. */
function parameter(request: Request, name: string, problem: () => HttpProblem): string | undefined {
  const value = Object.hasOwn(request.query, name) ? request.query[name] : undefined
  if (value === undefined || typeof value === 'string') return value
  throw problem()
}

function begin(response: Response): void {
  factsOf(response).endless = true
  response.writeHead(200, {
    'Content-Type': STREAM_TYPE,
    'Cache-Control': 'no-cache, no-transform',
    // nginx would collect the frames otherwise.
    'X-Accel-Buffering': 'no',
  })
  response.flushHeaders()
}

function invalidSession(): HttpProblem {
  return new HttpProblem('INVALID_SESSION_ID', 'context_id is no UUID')
}

function invalidPosition(): HttpProblem {
  return new HttpProblem('INVALID_LAST_EVENT_ID', 'The position is none of this stream')
}
