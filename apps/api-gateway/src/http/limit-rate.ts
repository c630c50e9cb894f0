/** Bounds how often a user may write through this process. */
import type { NextFunction, Request, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

/** Counts a request against its caller. @throws {HttpProblem} RATE_LIMITED. */
export type RateGate = (request: Request, response: Response) => Promise<void>

/** A gate for `perSecond` requests of each user, with draft-8 headers; 0 lets everything through. */
export function rateGate(perSecond: number): RateGate {
  if (perSecond === 0) return () => Promise.resolve()
  const limiter = rateLimit({
    windowMs: 1000,
    limit: perSecond,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'commands',
    retryAfter: 1,
    keyGenerator: (_request, response) => factsOf(response).caller?.sub ?? '',
    handler: (_request: Request, _response: Response, next: NextFunction) =>
      next(new HttpProblem('RATE_LIMITED', `At most ${perSecond} commands a second`)),
  })
  return (request, response) =>
    new Promise((resolve, reject) => {
      void limiter(request, response, (problem?: unknown) => {
        if (problem instanceof Error) reject(problem)
        else resolve()
      })
    })
}
