/** A ticket is spent by the stream that it opens, and by nothing that is answered 429 or 503. */
import { eventually, signTestToken } from '@infinite-scribe/testing'
import { openTcpProxy, type TcpProxy } from '../database/tcp-proxy.test'
import { expectProblem } from '../http/bad-inputs.kit.test'
import { runGateway, type RunningGateway } from '../http/running-gateway.kit.test'
import { HttpReader } from './http-reader.kit.test'

let gateway: RunningGateway
let proxy: TcpProxy
beforeAll(async () => {
  gateway = await runGateway({
    databaseUrl: async (direct) => (proxy = await openTcpProxy(direct)).url,
  })
})
afterAll(async () => {
  await gateway.close()
  await proxy.close()
})

const readers: HttpReader[] = []
afterEach(() => {
  proxy.decide = () => 'pass'
  for (const reader of readers.splice(0)) reader.cut()
})

async function buyTicket(sub: string): Promise<string> {
  const token = signTestToken(sub)
  const { body } = await gateway.call({ method: 'POST', path: '/events/stream/tickets', token })
  return `/events/stream?ticket=${body.ticket}`
}

async function open(path: string, sub?: string): Promise<HttpReader> {
  const headers = sub === undefined ? {} : { authorization: `Bearer ${signTestToken(sub)}` }
  const reader = await HttpReader.open(gateway.url + path, headers)
  readers.push(reader)
  return reader
}

const refuse = async (path: string, status: number, code: string) =>
  expectProblem(await gateway.call({ path, token: null }), status, code)

/** Loses whatever the gateway sends that has this in it, and the connection. */
function lose(text: string): void {
  proxy.decide = (piece) => (piece.includes(text) ? 'cut before' : 'pass')
}

it('survives 429 TOO_MANY_STREAMS', async () => {
  const path = await buyTicket('lou')
  for (let count = 0; count < 10; count += 1) await open('/events/stream', 'lou')
  await refuse(path, 429, 'TOO_MANY_STREAMS')
  readers.pop()?.cut()
  await eventually(() => open(path))
  await refuse(path, 401, 'INVALID_TICKET')
})

it('survives the 503 of a tail that cannot connect', async () => {
  const path = await buyTicket('ann')
  lose('api-gateway stream')
  await gateway.sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'api-gateway stream'`,
  )
  await refuse(path, 503, 'SERVICE_UNAVAILABLE')
  proxy.decide = () => 'pass'
  await eventually(() => open(path))
  await refuse(path, 401, 'INVALID_TICKET')
})

it.each(['check-ticket', 'spend-ticket'])('survives the 503 of a connection lost before %s', async (name) => {
  const path = await buyTicket('bob')
  lose(name)
  await refuse(path, 503, 'SERVICE_UNAVAILABLE')
  proxy.decide = () => 'pass'
  await open(path)
  await refuse(path, 401, 'INVALID_TICKET')
})
