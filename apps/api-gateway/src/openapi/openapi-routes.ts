/** GET /openapi.json and GET /docs: what the interface is, for programs and for people; no token needed. */
import path from 'node:path'
import { Router, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import { otherMethods } from '../http/mount-endpoints'
import { factsOf } from '../http/request-facts'
import { DOCS_FILES, DOCS_PAGE, DOCS_POLICY, DOCS_START } from './docs-page'
import type { OpenApiDocument } from './document'

const FILES_MAX_AGE_MS = 3_600_000

/** A router of the document and its page. */
export function openApiRoutes(document: OpenApiDocument): Router {
  const router = Router({ caseSensitive: true })
  const json = Buffer.from(JSON.stringify(document))
  const policy = helmet.contentSecurityPolicy({ useDefaults: false, directives: DOCS_POLICY })
  const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'))

  const get = (route: string, ...handlers: RequestHandler[]) =>
    router
      .route(route)
      .get(named(route), ...handlers)
      .all(otherMethods(route, ['get']))

  get('/openapi.json', (_request, response) => send(response, 'application/json; charset=utf-8', json))
  get('/docs', policy, (_request, response) => send(response, 'text/html; charset=utf-8', DOCS_PAGE))
  get('/docs/start.js', (_request, response) => send(response, 'text/javascript; charset=utf-8', DOCS_START))
  for (const file of DOCS_FILES) {
    get(`/docs/${file}`, (_request, response, next) => {
      // The same for everybody: unlike other answers these may be kept.
      response.removeHeader('Cache-Control')
      response.sendFile(file, { root: folder, maxAge: FILES_MAX_AGE_MS }, next)
    })
  }
  return router
}

function send(response: Response, type: string, content: Buffer | string): void {
  response.setHeader('Content-Type', type)
  response.setHeader('Cache-Control', 'no-cache')
  response.send(Buffer.from(content))
}

function named(route: string): RequestHandler {
  return (_request, response, next) => {
    factsOf(response).route = route
    next()
  }
}
