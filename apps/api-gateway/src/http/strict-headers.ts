/** What every answer forbids a browser to do with it: nothing that is answered here is a page, or may be kept. */
import type { RequestHandler } from 'express'
import helmet from 'helmet'

const CACHE_CONTROL = 'no-store'
const POLICY = "default-src 'none';frame-ancestors 'none'"

const secure = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
})

/** Sets the headers; a route whose answers may be shown or kept sets its own afterwards. */
export const strictHeaders: RequestHandler = (request, response, next) => {
  response.setHeader('Cache-Control', CACHE_CONTROL)
  secure(request, response, next)
}

/** Those that matter to whoever was answered before there was a response to set them on. */
export const RAW_STRICT_HEADERS = [
  `Cache-Control: ${CACHE_CONTROL}`,
  `Content-Security-Policy: ${POLICY}`,
  'X-Content-Type-Options: nosniff',
]
