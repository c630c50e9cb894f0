/** Whether this process lives, and whether it can be of use. */
import { Router, type RequestHandler } from 'express'
import { ServiceFault } from '../outcome'
import type { ReadinessPort } from '../ports'
import { factsOf } from '../http/request-facts'
import { otherMethods } from '../http/mount-endpoints'

/** How long PostgreSQL may take to answer before the process counts as not ready. */
const CHECK_TIMEOUT_MS = 2_000

/**
 * /health/live answers while the process runs; /health/ready and /health while PostgreSQL answers too.
 * @param isStopping when true nothing is ready
 */
export function healthRoutes(readiness: ReadinessPort, isStopping: () => boolean): Router {
  const router = Router({ caseSensitive: true })
  const ready: RequestHandler = async (_request, response) => {
    if (isStopping()) throw new ServiceFault('SHUTTING_DOWN', 'asked for readiness while stopping')
    if (!(await within(CHECK_TIMEOUT_MS, readiness.check()))) {
      throw new ServiceFault('SERVICE_UNAVAILABLE', 'PostgreSQL does not answer')
    }
    response.json({ status: 'ready' })
  }
  const live: RequestHandler = (_request, response) => {
    response.json({ status: 'live' })
  }
  const handlers = { '/health': ready, '/health/ready': ready, '/health/live': live }
  for (const [path, handler] of Object.entries(handlers)) {
    router
      .route(path)
      .get(named(path), handler)
      .all(otherMethods(path, ['get']))
  }
  return router
}

function named(path: string): RequestHandler {
  return (_request, response, next) => {
    factsOf(response).route = path
    next()
  }
}

async function within(timeoutMs: number, check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  return Promise.race([check.catch(() => false), late]).finally(() => clearTimeout(timer))
}
