/** The gateway's log through an outage of PostgreSQL, and beside a lock that somebody holds. */
import { eventually } from '@infinite-scribe/testing'
import { runGateway, type RunningGateway } from '../http/running-gateway.kit.test'
import { openTcpProxy, type TcpProxy } from './tcp-proxy.test'

let gateway: RunningGateway
let proxy: TcpProxy
beforeAll(async () => {
  gateway = await runGateway({ databaseUrl: async (direct) => (proxy = await openTcpProxy(direct)).url })
})
afterAll(async () => {
  await gateway.close()
  await proxy.close()
})

const messages = () => gateway.lines.map(({ message }) => message as string)
const requestLine = (status: number) =>
  eventually(() => gateway.lines.find((line) => line.message === 'request' && line.status === status))

it('has one line when PostgreSQL goes, none of knex’s, and one when it is back; the request names its session', async () => {
  const session = await gateway.openSession()
  const read = () => gateway.call({ path: `/genesis/sessions/${session}/state` })
  gateway.lines.length = 0
  proxy.decide = () => 'cut before'
  for (let time = 0; time < 5; time++) expect((await read()).status).toBe(503)
  proxy.decide = () => 'pass'
  await eventually(async () => (await read()).status === 200)
  expect(messages().filter((message) => message !== 'request')).toEqual([
    expect.stringMatching(/^PostgreSQL is away: .*runbook gateway-errors/),
    'PostgreSQL is back',
  ])
  const line = await requestLine(503)
  expect(line).toMatchObject({ session_id: session, error: { message: 'PostgreSQL cannot be reached' } })
  expect(JSON.stringify(line)).not.toContain('stack')
})

it('calls a lock a lock', async () => {
  const session = await gateway.openSession()
  gateway.lines.length = 0
  await gateway.sql.query('BEGIN; LOCK TABLE genesis_sessions IN ACCESS EXCLUSIVE MODE')
  const { status } = await gateway.call({ path: `/genesis/sessions/${session}/state` })
  await gateway.sql.query('ROLLBACK')
  expect(status).toBe(503)
  expect((await requestLine(503)).error.message).toMatch(
    /^PostgreSQL ended a statement that.*waited for a lock/,
  )
  expect(messages().filter((message) => message !== 'request')).toEqual([
    expect.stringMatching(/waited for a lock.*\(runbook gateway-errors\)$/),
  ])
})
