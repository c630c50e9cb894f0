/** Which bodies are read (JSON in UTF-8) and which answers are given (JSON). */
import type { Request } from 'express'
import { HttpProblem } from './problem'

const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?;?$/i
const ANYTHING = new Set([undefined, '*/*', 'application/json'])

/** @throws {HttpProblem} UNSUPPORTED_MEDIA_TYPE for anything but application/json in UTF-8. */
export function requireJsonBody(request: Request): void {
  const type = request.headers['content-type']
  if (type === undefined || !JSON_TYPE.test(type.trim())) {
    throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'The body must be application/json in UTF-8')
  }
}

/** @throws {HttpProblem} NOT_ACCEPTABLE when the Accept header leaves no room for `type`. */
export function requireAcceptable(request: Request, type = 'application/json'): void {
  if (ANYTHING.has(request.headers.accept) && type === 'application/json') return
  if (request.accepts(type) === false) throw new HttpProblem('NOT_ACCEPTABLE', `The answer is ${type}`)
}
