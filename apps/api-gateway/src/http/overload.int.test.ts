/** More than a process can do: everybody is answered, soon, and whoever is refused knows when to come back. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { eventually, signTestToken } from '@infinite-scribe/testing'
import type { CommandRequest } from '../ports'
import { openTcpProxy, type TcpProxy } from '../database/tcp-proxy.test'
import { ADMISSION_LIMITS } from './admission'
import { expectProblem } from './bad-inputs.kit.test'
import { runGateway, type Reply, type RunningGateway } from './running-gateway.kit.test'

const USERS = 300
/** What one session's queue lets through in time on a slow machine. */
const CROWD = 200
const { atWork } = ADMISSION_LIMITS

let gateway: RunningGateway
let proxy: TcpProxy
/** Those at work wait for it, in front of the real services: no time-out of PostgreSQL's frees their places. */
let gate: Promise<void>
let openGate: () => void
let atTheGate: number
beforeEach(async () => {
  gate = Promise.resolve()
  openGate = () => undefined
  atTheGate = 0
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    atTheGate++
    await gate
    return work()
  }
  gateway = await runGateway({
    environment: { DATABASE_POOL_MAX: '4' },
    databaseUrl: async (direct) => (proxy = await openTcpProxy(direct)).url,
    services: ({ commands, sessions }) => ({
      commands: Object.assign(Object.create(commands) as typeof commands, {
        processCommand: (request: CommandRequest) => through(() => commands.processCommand(request)),
      }),
      sessions: Object.assign(Object.create(sessions) as typeof sessions, {
        open: (...request: Parameters<typeof sessions.open>) => through(() => sessions.open(...request)),
      }),
    }),
  })
})
const closeGate = () => {
  gate = new Promise((resolve) => (openGate = resolve))
}
afterEach(async () => {
  openGate()
  await gateway.close()
  await proxy.close()
})

const open = (user: string) =>
  gateway.call({ method: 'POST', path: '/genesis/sessions', token: signTestToken(user) })

/** How many were turned away, by reason, of those that were at all. */
const turnedAway = async () => {
  const text = await (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text()
  const figures = text.matchAll(/^api_gateway_requests_refused_total\{reason="(\w+)"\} (\d+)$/gm)
  return Object.fromEntries([...figures].map(([, reason, count]) => [reason!, Number(count)]))
}
const NOBODY = { overload: 0, rate: 0, shutting_down: 0, streams: 0, waited_too_long: 0 }

const wasAtTheDoor = ({ body }: Reply) => String(body.message).startsWith('Too much is under way')

const expectRefusal = (reply: Reply) => {
  expectProblem(reply, 503, 'SERVICE_UNAVAILABLE')
  expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0)
}

it('refuses with Retry-After those who could only wait, and did exactly what it said it did', async () => {
  const users = Array.from({ length: USERS }, () => randomUUID())
  closeGate()
  const replies: { user: string; reply: Reply }[] = []
  const all = users.map(async (user) => void replies.push({ user, reply: await open(user) }))
  // Who is at work waits for the gate; nobody else is kept for it.
  await eventually(() => replies.length >= USERS - atWork, 30_000)
  expect(atTheGate).toBe(atWork)
  openGate()
  await Promise.all(all)

  const refused = replies.filter(({ reply }) => reply.status !== 201)
  for (const { reply } of refused) expectRefusal(reply)
  // Not by the pool, in which they would have stood much longer.
  const atTheDoor = refused.filter(({ reply }) => wasAtTheDoor(reply))
  expect(atTheDoor).toHaveLength(USERS - atWork)
  expect(refused.length).toBeLessThan(USERS)
  const { rows } = await gateway.sql.query<{ user_id: string }>('SELECT user_id FROM genesis_sessions')
  const accepted = replies.filter(({ reply }) => reply.status === 201)
  expect(rows.map((row) => row.user_id).sort()).toEqual(accepted.map(({ user }) => user).sort())
})

it('counts those who are refused and go away before they are told, and says in the log what for', async () => {
  closeGate()
  const impatient = (count: number) => {
    for (let user = 0; user < count; user++) {
      fetch(`${gateway.url}/genesis/sessions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${signTestToken(randomUUID())}` },
        signal: AbortSignal.timeout(700),
      }).catch(() => undefined)
    }
  }
  impatient(USERS)
  await eventually(
    async () => {
      impatient(100)
      return (await turnedAway()).overload
    },
    30_000,
    50,
  )
  // Others waited for as long as anybody may, and were told so.
  await eventually(() =>
    gateway.lines.some(({ error_code, status }) => error_code === 'SERVICE_UNAVAILABLE' && status === 499),
  )
})

it('takes a crowd on one session for one at work: nobody else is refused for it', async () => {
  const session = await gateway.openSession()
  closeGate()
  const crowd = Array.from({ length: CROWD }, () => gateway.send(session, 'SubmitFeedback', { rating: 5 }))
  await eventually(() => atTheGate === CROWD + 1, 30_000)
  // The gate is shut for those alone who came before.
  gate = Promise.resolve()
  const others = await Promise.all(Array.from({ length: 10 }, () => open(randomUUID())))
  openGate()
  expect(new Set(others.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set((await Promise.all(crowd)).map(({ status }) => status))).toEqual(new Set([200]))
})

it('gives no place to a client whose body arrives slowly', async () => {
  const session = await gateway.openSession()
  const begun = [
    `POST /genesis/sessions/${session}/commands HTTP/1.1`,
    'Host: x',
    `Authorization: Bearer ${signTestToken('ada')}`,
    'Content-Type: application/json',
    'Content-Length: 1000',
    '',
    '{"command_type":',
  ].join('\r\n')
  const slow = Array.from({ length: 2 * atWork }, () => connect(gateway.port, '127.0.0.1'))
  for (const socket of slow) socket.write(begun)
  await Promise.all(slow.map((socket) => once(socket, 'connect')))
  expect((await gateway.send(session, 'SubmitFeedback', { rating: 5 })).status).toBe(200)
  for (const socket of slow) socket.destroy()
})

it('keeps the line short while more come than are served, and counts whom it turns away', async () => {
  expect(await turnedAway()).toEqual(NOBODY)
  closeGate()
  const crowd: Promise<Reply>[] = []
  // So many that the line stays long although nobody waits in it for long.
  const cameMore = (count: number) => {
    for (let user = 0; user < count; user++) crowd.push(open(randomUUID()))
  }
  cameMore(USERS)
  await eventually(
    async () => {
      cameMore(100)
      return (await turnedAway()).overload
    },
    30_000,
    50,
  )
  openGate()
  const refused = (await Promise.all(crowd)).filter(({ status }) => status !== 201)
  for (const reply of refused) expectRefusal(reply)
  const atTheDoor = refused.filter(wasAtTheDoor).length
  await eventually(async () => {
    const { overload, waited_too_long, ...others } = await turnedAway()
    expect(others).toEqual({ rate: 0, shutting_down: 0, streams: 0 })
    return (overload ?? 0) + (waited_too_long ?? 0) === atTheDoor
  })
})

it.each([
  ['refuses connections', () => proxy.close()],
  ['accepts connections and never answers', () => Promise.resolve((proxy.blackHole = true))],
])('lets nobody hang when PostgreSQL %s', async (_how, goAway) => {
  await goAway()
  const longest = await Promise.all(
    Array.from({ length: USERS }, async () => {
      const startedAt = performance.now()
      expectRefusal(await open(randomUUID()))
      return performance.now() - startedAt
    }),
  )
  // A whole crowd in this very process, on a machine that may be busy: one request alone has two seconds, a hang no end.
  expect(Math.max(...longest)).toBeLessThan(40_000)
})

it('lives and says that it is ready again after its event loop was blocked, and lost nothing', async () => {
  const session = await gateway.openSession()
  const sent = gateway.send(session, 'SubmitFeedback', { rating: 5 })
  await eventually(async () => {
    const { rows } = await gateway.sql.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'api-gateway'`,
    )
    return rows.length
  })
  // Longer than the server leaves a transaction alone that says nothing.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500)
  const { status } = await sent
  const { rows } = await gateway.sql.query('SELECT FROM command_inbox')
  expect([200, 503]).toContain(status)
  expect(rows).toHaveLength(status === 200 ? 1 : 0)
  expect((await gateway.call({ path: '/health/ready', token: null })).status).toBe(200)
  expect((await gateway.send(session, 'SubmitFeedback', { rating: 4 })).status).toBe(200)
})
