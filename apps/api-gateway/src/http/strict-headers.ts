/** What every answer forbids a browser to do with it: nothing that is answered here is a page, or may be kept. */
import type { RequestHandler } from 'express'

/** As helmet would set them, whose thirteen steps are not free; a test holds them to it. */
export const STRICT_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none';frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Frame-Options': 'SAMEORIGIN',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
} as const

/** Sets the headers; a route whose answers may be shown or kept sets its own afterwards. */
export const strictHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of ENTRIES) response.setHeader(name, value)
  next()
}
const ENTRIES = Object.entries(STRICT_HEADERS)

/** Those that matter to whoever was answered before there was a response to set them on. */
export const RAW_STRICT_HEADERS = (
  ['Cache-Control', 'Content-Security-Policy', 'X-Content-Type-Options'] as const
).map((name) => `${name}: ${STRICT_HEADERS[name]}`)
