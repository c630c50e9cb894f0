/** The Host header, which Node would answer for itself with an empty 400. */
import type { RequestHandler } from 'express'
import { HttpProblem } from './problem'

/** Passes HTTP/1.1 requests with exactly one Host on. */
export const requireHost: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.0') {
    next()
    return
  }
  let hosts = 0
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === 'host') hosts++
  }
  if (hosts !== 1 || !request.headers.host) {
    throw new HttpProblem('BAD_REQUEST', 'The request must have one Host header')
  }
  next()
}
