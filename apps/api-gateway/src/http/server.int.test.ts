/** What makes the server quick: requests are born as Express wants them. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { beginFacts } from './request-facts'
import { createHttpServer } from './server'

it('gives Express requests and responses whose prototypes it need not change', async () => {
  const app = express()
  app.get('/', (request, response) => {
    response.json({ same: Object.getPrototypeOf(request) === app.request })
  })
  const born: boolean[] = []
  const server = createHttpServer(app, (request, response) => {
    beginFacts(response, 'id')
    born.push(
      Object.getPrototypeOf(request) === app.request && Object.getPrototypeOf(response) === app.response,
    )
  })
  server.listen(0)
  await once(server, 'listening')
  try {
    const reply = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await reply.json()).toEqual({ same: true })
    expect(born).toEqual([true])
  } finally {
    server.close()
    server.closeAllConnections()
  }
})
