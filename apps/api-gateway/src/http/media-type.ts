/** Which bodies are read (JSON in UTF-8) and which answers are given (JSON). */
import type { Request } from 'express'
import { HttpProblem } from './problem'

const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]+"
// A charset that is no UTF-8 is refused; another parameter means nothing to JSON (RFC 8259, 11) and does no harm. No two
// parts can match the same text, so a hostile header costs no more than its length.
const PARAMETER = `(?:charset[ \\t]*=[ \\t]*"?utf-8"?|(?!charset[ \\t]*=)${TOKEN}[ \\t]*=[ \\t]*(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))[ \\t]*`
const JSON_TYPE = new RegExp(`^application/json[ \\t]*(?:;[ \\t]*(?:${PARAMETER})?)*$`, 'i')
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
  if (request.accepts(type, `${type};charset=utf-8`) === false)
    throw new HttpProblem('NOT_ACCEPTABLE', `The answer is ${type}`)
}
