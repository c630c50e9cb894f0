/** Bounds how often a user may write through this process. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

/** Counts a request against its caller. @throws {HttpProblem} RATE_LIMITED. */
export type RateGate = (request: Request, response: Response) => Promise<void>

const WINDOW_SECONDS = 1
/** Whose header is not worked out anew: more than a process serves in a second. */
const REMEMBERED_USERS = 10_000

/** A gate for `perSecond` requests of each user, with draft-8 headers; 0 lets everything through. */
// Not express-rate-limit: requests of the same turn of the event loop all read there when the last of them was counted.
export function rateGate(perSecond: number): RateGate {
  if (perSecond === 0) return () => Promise.resolve()
  const limiter = new RateLimiterMemory({ points: perSecond, duration: WINDOW_SECONDS })
  const policies = new LRUCache<string, string>({
    max: REMEMBERED_USERS,
    memoMethod: (user) => `"commands"; q=${perSecond}; w=${WINDOW_SECONDS}; pk=:${partitionKey(user)}:`,
  })
  return async (_request, response) => {
    const user = factsOf(response).caller?.sub ?? ''
    const { consumedPoints, remainingPoints, msBeforeNext } = await limiter.consume(user).catch(refusal)
    response.setHeader('RateLimit', `"commands"; r=${remainingPoints}; t=${Math.ceil(msBeforeNext / 1000)}`)
    response.setHeader('RateLimit-Policy', policies.memo(user))
    if (consumedPoints > perSecond)
      throw new HttpProblem('RATE_LIMITED', `At most ${perSecond} commands a second`)
  }
}

/** Who used too much is told by a rejection, with the same figures. */
function refusal(thrown: unknown): RateLimiterRes {
  if (thrown instanceof RateLimiterRes) return thrown
  throw thrown
}

/** Tells users' rates apart without naming them. */
function partitionKey(user: string): string {
  return Buffer.from(createHash('sha256').update(user).digest('hex').slice(0, 12)).toString('base64')
}
