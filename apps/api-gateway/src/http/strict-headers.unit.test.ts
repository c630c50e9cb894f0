/** The headers that are set by hand are those that helmet would set. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'
import { STRICT_HEADERS } from './strict-headers'

it('are what helmet sets where nothing may be loaded or framed, and not to be kept', () => {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })(request, response, () => undefined)
  const ours = Object.entries(STRICT_HEADERS).map(([name, value]) => [name.toLowerCase(), value])
  expect(Object.fromEntries(ours)).toEqual({ ...response.getHeaders(), 'cache-control': 'no-store' })
})
