/** Routes requests to endpoints, and answers a wrong method with the right ones. */
import { Router, type RequestHandler } from 'express'
import type { Endpoint } from './endpoint'
import { HttpProblem } from './problem'
import { factsOf } from './request-facts'
import { serveEndpoint, type Gates } from './serve-endpoint'

/** A router of all endpoints; what it does not know goes on to the next. */
export function mountEndpoints(endpoints: readonly Endpoint[], gates: Gates): Router {
  const router = Router({ caseSensitive: true })
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const ofPath = endpoints.filter((endpoint) => endpoint.path === path)
    const route = router.route(expressPath(path))
    for (const endpoint of ofPath) route[endpoint.method](serveEndpoint(endpoint, gates))
    route.all(
      otherMethods(
        path,
        ofPath.map(({ method }) => method),
      ),
    )
  }
  return router
}

/**
 * Answers every method that a path's own handlers left: OPTIONS with what there is, the others with 405.
 * @param methods the path's own, in lower case
 */
export function otherMethods(path: string, methods: readonly ('get' | 'post')[]): RequestHandler {
  const allow = [
    ...[...methods].sort().flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : ['POST'])),
    'OPTIONS',
  ]
  const headers = { Allow: allow.join(', ') }
  return (request, response) => {
    factsOf(response).route = path
    if (request.method !== 'OPTIONS') {
      throw new HttpProblem('METHOD_NOT_ALLOWED', `The path knows ${headers.Allow}`, {}, headers)
    }
    response.setHeader('Allow', headers.Allow)
    response.status(204).end()
  }
}

/** A malformed escape must not hide which route was meant: it is refused only after the caller is known. */
export const markUndecodablePath: RequestHandler = (request, response, next) => {
  if (request.url.includes('%')) {
    const [path = '', ...query] = request.url.split('?')
    try {
      decodeURIComponent(path)
    } catch {
      factsOf(response).undecodablePath = true
      request.url = [path.replaceAll('%', '~'), ...query].join('?')
    }
  }
  next()
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}
