/** Turns whatever ended a request into its one answer: {error_code, message, …details}. */
import type { ServerResponse } from 'node:http'
import { ServiceFault, type Refusal } from '../outcome'
import { answerJson } from './answer-json'
import { FAULT_MESSAGE, headersOf, STATUS_OF, type ErrorCode } from './error-map'
import { HttpProblem } from './problem'
import { noteError } from './refusal-reason'
import { factsOf } from './request-facts'

/** Answers with a code, unless something was answered already; then the connection is cut. */
export function answerCode(
  response: ServerResponse,
  code: ErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.writableEnded) return
  noteError(factsOf(response), code)
  if (response.headersSent) {
    response.destroy()
    return
  }
  for (const [name, value] of Object.entries({ ...headersOf(code), ...headers })) {
    response.setHeader(name, value)
  }
  answerJson(response, STATUS_OF[code], { error_code: code, message, ...details })
}

/** Answers with a service's refusal. */
export function answerRefusal(response: ServerResponse, refusal: Refusal): void {
  const headers: Record<string, string> = refusal.replayed ? { 'Idempotent-Replayed': 'true' } : {}
  answerCode(response, refusal.code, refusal.message, refusal.details, headers)
}

/** Answers with what was thrown: a problem as it says, anything else without its cause, which the log keeps. */
export function answerThrown(response: ServerResponse, thrown: unknown): void {
  if (thrown instanceof HttpProblem) {
    answerCode(response, thrown.code, thrown.message, thrown.details, thrown.headers)
    return
  }
  factsOf(response).fault = thrown
  const code = thrown instanceof ServiceFault ? thrown.code : 'INTERNAL_ERROR'
  answerCode(response, code, FAULT_MESSAGE[code])
}
