/** Bounds how often a user may write through this process. */
import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { MemoryStore, type Options } from 'express-rate-limit'
import { LRUCache } from 'lru-cache'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'

/** Counts a request against its caller. @throws {HttpProblem} RATE_LIMITED. */
export type RateGate = (request: Request, response: Response) => Promise<void>

const WINDOW_MS = 1000
const REMEMBERED_USERS = 10_000

/** A gate for `perSecond` requests of each user, with draft-8 headers; 0 lets everything through. */
// The library's store without its middleware, which works out a SHA-256 and the client's address for every request.
export function rateGate(perSecond: number): RateGate {
  if (perSecond === 0) return () => Promise.resolve()
  const store = new MemoryStore()
  store.init({ windowMs: WINDOW_MS } as Options)
  const policies = new LRUCache<string, string>({
    max: REMEMBERED_USERS,
    memoMethod: (user) => `"commands"; q=${perSecond}; w=${WINDOW_MS / 1000}; pk=:${partitionKey(user)}:`,
  })
  return async (_request, response) => {
    const user = factsOf(response).caller?.sub ?? ''
    const { totalHits, resetTime } = await store.increment(user)
    const left = Math.max(0, perSecond - totalHits)
    response.setHeader('RateLimit', `"commands"; r=${left}; t=${secondsUntil(resetTime)}`)
    response.setHeader('RateLimit-Policy', policies.memo(user))
    if (totalHits > perSecond) throw new HttpProblem('RATE_LIMITED', `At most ${perSecond} commands a second`)
  }
}

function secondsUntil(moment: Date | undefined): number {
  return Math.max(0, Math.ceil(((moment?.getTime() ?? 0) - Date.now()) / 1000))
}

/** Tells users' rates apart without naming them. */
function partitionKey(user: string): string {
  return Buffer.from(createHash('sha256').update(user).digest('hex').slice(0, 12)).toString('base64')
}
