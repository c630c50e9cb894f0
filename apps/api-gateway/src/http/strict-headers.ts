/** What every answer forbids a browser to do with it: nothing that is answered here is a page, or may be kept. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import helmet from 'helmet'

const CACHE_CONTROL = 'no-store'
const POLICY = "default-src 'none';frame-ancestors 'none'"

// Asked once: they are the same for every answer, and helmet's thirteen steps are not free.
const HEADERS = new Map([['Cache-Control', CACHE_CONTROL]])
helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  },
  xPoweredBy: false,
})({} as IncomingMessage, recorderOf(HEADERS), () => undefined)

/** Sets the headers; a route whose answers may be shown or kept sets its own afterwards. */
export const strictHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of HEADERS) response.setHeader(name, value)
  next()
}

/** Takes headers down as a response would. */
function recorderOf(headers: Map<string, string>): ServerResponse {
  const setHeader = (name: string, value: string) => headers.set(name, value)
  return { setHeader } as unknown as ServerResponse
}

/** Those that matter to whoever was answered before there was a response to set them on. */
export const RAW_STRICT_HEADERS = [
  `Cache-Control: ${CACHE_CONTROL}`,
  `Content-Security-Policy: ${POLICY}`,
  'X-Content-Type-Options: nosniff',
]
