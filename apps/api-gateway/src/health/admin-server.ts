/** GET /metrics, on a port of its own that the world does not see. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import { STATUS_OF, type ErrorCode } from '../http/error-map'
import type { GatewayMetrics } from './metrics'

/** A server for Prometheus, not yet listening. */
export function createAdminServer(metrics: GatewayMetrics): Server {
  return createServer((request, response) => {
    const [path] = (request.url ?? '').split('?')
    if (path !== '/metrics') {
      answer(response, 'NOT_FOUND', 'Only /metrics is here')
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      answer(response, 'METHOD_NOT_ALLOWED', 'The path knows GET, HEAD')
    } else {
      metrics.registry.metrics().then(
        (text) => response.setHeader('Content-Type', metrics.registry.contentType).end(text),
        () => answer(response, 'INTERNAL_ERROR', 'The metrics could not be collected'),
      )
    }
  })
}

function answer(response: ServerResponse, code: ErrorCode, message: string): void {
  response.statusCode = STATUS_OF[code]
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  response.end(JSON.stringify({ error_code: code, message }))
}
