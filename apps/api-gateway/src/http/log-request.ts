/** One structured log line for every request. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describeError, parseTraceparent, type Logger } from '@infinite-scribe/service-kit'
import { ServiceFault } from '../outcome'
import { factsOf } from './request-facts'

/** What nginx calls it when the client went away before the answer. */
const CLIENT_CLOSED_REQUEST = 499

/** Tells of a request when its response is closed: its level by its status, the cause of a fault beside it. */
export function logWhenClosed(request: IncomingMessage, response: ServerResponse, logger: Logger): void {
  response.once('close', () => {
    const facts = factsOf(response)
    const status = response.writableFinished || facts.endless ? response.statusCode : CLIENT_CLOSED_REQUEST
    const level = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'
    logger.log(level, 'request', {
      request_id: facts.requestId,
      method: request.method,
      route: facts.route,
      status,
      duration_ms: Math.round((performance.now() - facts.startedAtMs) * 10) / 10,
      ...(facts.caller && { user: facts.caller.sub }),
      ...facts.ids,
      ...(facts.traceparent !== undefined && { trace_id: parseTraceparent(facts.traceparent)?.traceId }),
      ...(facts.commandId !== undefined && { command_id: facts.commandId }),
      ...(facts.eventId !== undefined && { event_id: facts.eventId }),
      ...(facts.errorCode && { error_code: facts.errorCode }),
      ...(facts.fault !== undefined && {
        error: describeError(facts.fault, { stack: !(facts.fault instanceof ServiceFault) }),
      }),
    })
  })
}
