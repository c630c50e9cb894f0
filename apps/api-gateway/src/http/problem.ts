/** A request that the HTTP side refuses, in the form in which Express passes such an end on: thrown. */
import type { FieldError } from '../json-schema'
import type { ErrorCode } from './error-map'

/** Ends a request with the status of its code, and with `details` beside error_code and message. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** The 400 that names each wrong field. */
export function validationProblem(errors: readonly FieldError[]): HttpProblem {
  return new HttpProblem('VALIDATION_ERROR', 'The request is not valid', { errors })
}
