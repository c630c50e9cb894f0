/** The span of a request, from its last header to the end of its answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Tracing } from '@infinite-scribe/service-kit'
import { factsOf } from '../http/request-facts'

/** Whoever probes does so every few seconds, and follows no trace. */
const PROBES = '/health'

/** Begins a span that continues the request's trace; what is done for the request continues this span. */
export function traceRequest(tracing: Tracing, request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '' } = request
  // The query may hold a ticket.
  const [path = ''] = url.split('?')
  if (path.startsWith(PROBES)) return
  const facts = factsOf(response)
  const span = tracing.begin({
    name: method,
    kind: 'server',
    parent: facts.traceparent,
    attributes: { 'http.request.method': method, 'url.path': path, request_id: facts.requestId },
  })
  facts.traceparent = span.traceparent
  response.once('close', () => {
    span.rename(`${method} ${facts.route}`)
    span.set({
      'http.route': facts.route,
      'http.response.status_code': response.statusCode,
      'user.id': facts.caller?.sub,
      command_id: facts.commandId,
      error_code: facts.errorCode,
    })
    if (response.statusCode >= 500) span.failed(facts.errorCode ?? String(response.statusCode))
    span.end()
  })
}
