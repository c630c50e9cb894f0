/** Bounds how often a user may write through this process. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { LRUCache } from 'lru-cache'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

/** Counts a request against its caller. @throws {HttpProblem} RATE_LIMITED. */
export type RateGate = (request: Request, response: Response) => void

const WINDOW_MS = 1000
// More than a process serves in a second.
const REMEMBERED_USERS = 10_000

/** What a user has used of the second that began with his first request. */
interface Usage {
  readonly policy: string
  endsAtMs: number
  requests: number
}

/**
 * A gate for `perSecond` requests of each user, with draft-8 headers; 0 lets everything through.
 * @param monotonicMs a clock that nobody sets
 */
// Not express-rate-limit: its middleware works out a SHA-256 for every request, and its store hands out one object a
// user, which requests of the same turn of the event loop all read when the last of them has been counted.
export function rateGate(perSecond: number, monotonicMs: () => number = () => performance.now()): RateGate {
  if (perSecond === 0) return () => undefined
  const usages = new LRUCache<string, Usage>({
    max: REMEMBERED_USERS,
    memoMethod: (user) => ({
      policy: `"commands"; q=${perSecond}; w=${WINDOW_MS / 1000}; pk=:${partitionKey(user)}:`,
      endsAtMs: -Infinity,
      requests: 0,
    }),
  })
  return (_request, response) => {
    const usage = usages.memo(factsOf(response).caller?.sub ?? '')
    const nowMs = monotonicMs()
    if (usage.endsAtMs <= nowMs) {
      usage.endsAtMs = nowMs + WINDOW_MS
      usage.requests = 0
    }
    usage.requests++
    const left = Math.max(0, perSecond - usage.requests)
    const seconds = Math.ceil((usage.endsAtMs - nowMs) / 1000)
    response.setHeader('RateLimit', `"commands"; r=${left}; t=${seconds}`)
    response.setHeader('RateLimit-Policy', usage.policy)
    if (usage.requests > perSecond)
      throw new HttpProblem('RATE_LIMITED', `At most ${perSecond} commands a second`)
  }
}

/** Tells users' rates apart without naming them. */
function partitionKey(user: string): string {
  return Buffer.from(createHash('sha256').update(user).digest('hex').slice(0, 12)).toString('base64')
}
