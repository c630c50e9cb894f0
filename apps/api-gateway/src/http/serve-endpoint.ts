/** Answers one endpoint's requests. Its order is the contract's "Which error wins". */
import type { Request, RequestHandler, Response } from 'express'
import { isRefusal } from '../outcome'
import type { RequestContext } from '../ports'
import type { Admission } from './admission'
import { answerRefusal } from './answer-error'
import { answerJson } from './answer-json'
import { authenticate, requireScope } from './authenticate'
import { readBodyBytes } from './body-bytes'
import type { Answer, Endpoint } from './endpoint'
import { parseJsonBody } from './json-body'
import type { RateGate } from './limit-rate'
import { requireAcceptable, requireJsonBody } from './media-type'
import { readPathIds } from './path-ids'
import { HttpProblem } from './problem'
import { queryReader } from './query'
import { noteError } from './refusal-reason'
import { factsOf } from './request-facts'
import { readIdempotencyKey } from './request-headers'
import { checkOf } from './validate'
import type { TokenVerifier } from './verify-token'

/** What stands before every endpoint. */
export interface Gates {
  readonly tokens: TokenVerifier
  readonly limitRate: RateGate
  readonly admission: Admission
}

/** A handler that lets a request through its gates one by one and then answers it. */
export function serveEndpoint(endpoint: Endpoint, gates: Gates): RequestHandler {
  const readQuery = endpoint.query ? queryReader(endpoint.query) : () => ({})
  const readBody = bodyReader(endpoint)
  return async (request, response) => {
    const facts = factsOf(response)
    facts.route = endpoint.path
    const { caller, expiresAtSeconds } = await authenticate(request, gates.tokens)
    facts.caller = caller
    if (endpoint.scope) requireScope(caller, endpoint.scope)
    if (endpoint.rateLimited) await gates.limitRate(request, response)
    const ids = readPathIds(request)
    facts.ids = ids
    if ('command_id' in ids) facts.commandId = ids.command_id
    const query = readQuery(request)
    const key = endpoint.takesIdempotencyKey ? readIdempotencyKey(request.headers) : undefined
    requireAcceptable(request)
    const body = await readBody(request)
    // Its end came after the answer that it had taken too long.
    if (response.headersSent) return
    const { traceparent } = facts
    const context: RequestContext = {
      caller,
      requestId: facts.requestId,
      ...(traceparent === undefined ? {} : { traceparent }),
    }
    const understood = {
      context,
      tokenExpiresAtSeconds: expiresAtSeconds,
      ids,
      query,
      body,
      ...(key === undefined ? {} : { idempotencyKey: key }),
    }
    // Only now: a body that arrives slowly must not take a place.
    const group = endpoint.oneAtATime ? `${ids.session_id.toLowerCase()} ${caller.sub}` : undefined
    const answer = await gates.admission.run(() => endpoint.handle(understood), {
      group,
      response,
      onRefused: ({ code }, reason) => noteError(facts, code, reason),
    })
    if (isRefusal(answer)) answerRefusal(response, answer)
    else send(response, answer)
  }
}

function bodyReader(endpoint: Endpoint): (request: Request) => Promise<unknown> {
  const { body: schema, bodyOptional = false } = endpoint
  if (!schema) return () => Promise.resolve(undefined)
  const check = checkOf(schema)
  return async (request) => {
    if (bodyOptional && isAbsent(request)) return {}
    requireJsonBody(request)
    if (/100-continue/i.test(request.headers.expect ?? '')) request.res?.writeContinue()
    const bytes = await readBodyBytes(request)
    if (bytes.length === 0) {
      if (bodyOptional) return {}
      throw new HttpProblem('INVALID_JSON', 'The body is empty')
    }
    const body = parseJsonBody(bytes)
    check(body)
    return body
  }
}

function isAbsent({ headers }: Request): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
}

function send(response: Response, answer: Answer): void {
  if (response.headersSent) return
  const facts = factsOf(response)
  if (answer.commandId !== undefined) facts.commandId = answer.commandId
  if (answer.eventId !== undefined) facts.eventId = answer.eventId
  if (answer.location !== undefined) response.setHeader('Location', answer.location)
  if (answer.replayed) response.setHeader('Idempotent-Replayed', 'true')
  answerJson(response, answer.status, answer.body)
}
