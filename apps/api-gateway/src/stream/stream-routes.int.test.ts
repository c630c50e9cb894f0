/** The stream and its tickets over HTTP, on a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import { eventually, signTestToken } from '@infinite-scribe/testing'
import { ada, agent, runGateway, type RunningGateway } from '../http/running-gateway.kit.test'
import { HttpReader } from './http-reader.kit.test'

let gateway: RunningGateway
let replica: RunningGateway
beforeAll(async () => {
  gateway = await runGateway()
  replica = await runGateway({ databaseUrl: () => Promise.resolve(gateway.database.gatewayUrl) })
})
afterAll(async () => {
  await replica.close()
  await gateway.close()
})

const readers: HttpReader[] = []
afterEach(() => {
  for (const reader of readers.splice(0)) reader.cut()
})

async function open(
  query = '',
  {
    sub = 'ada',
    at = gateway,
    headers = {},
  }: { sub?: string; at?: RunningGateway; headers?: Record<string, string> } = {},
): Promise<HttpReader> {
  const authorization = `Bearer ${signTestToken(sub)}`
  const reader = await HttpReader.open(`${at.url}/events/stream${query}`, { authorization, ...headers })
  readers.push(reader)
  return reader
}

async function buyTicket(at = gateway, token = ada): Promise<string> {
  const { status, body } = await at.call({ method: 'POST', path: '/events/stream/tickets', token })
  expect(status).toBe(201)
  return body.ticket as string
}

describe('GET /events/stream', () => {
  it('answers an event stream that no proxy keeps back', async () => {
    const { response } = await open()
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toContain('no-cache')
    expect(response.headers.get('x-accel-buffering')).toBe('no')
    expect(response.headers.get('content-encoding')).toBeNull()
    expect(response.headers.get('x-request-id')).toBeTruthy()
  })

  it('shows a session from its opening to the end of a task, whatever replica it is written through', async () => {
    const reader = await open()
    const session = await gateway.openSession()
    const { body } = await replica.send(session, 'RequestConceptGeneration', {})
    const task = { method: 'POST', token: agent, path: `/tasks/${body.task_id}` }
    await gateway.call({
      ...task,
      path: `${task.path}/progress`,
      body: { progress: 12.5, message: 'thinking' },
    })
    await eventually(() => reader.progress.length > 0)
    await replica.call({ ...task, path: `${task.path}/complete`, body: { result: { concepts: [] } } })
    await eventually(() => reader.events.length === 3)
    expect(reader.types).toEqual(['Created', 'ConceptGenerationRequested', 'ConceptProposed'])
    expect(reader.progress[0]).toEqual({ task_id: body.task_id, progress: 12.5, message: 'thinking' })
    const history = await gateway.call({ path: `/genesis/sessions/${session}/events` })
    expect(reader.events.map(({ data }) => data)).toEqual(history.body.events)
  })

  it('tells on opening how far the running tasks of its filter are', async () => {
    const [one, two] = [await gateway.openSession('bea'), await gateway.openSession('bea')]
    const token = signTestToken('bea')
    const tasks: string[] = []
    for (const session of [one, two]) {
      const path = `/genesis/sessions/${session}/commands`
      const sent = await gateway.call({
        method: 'POST',
        path,
        token,
        body: { command_type: 'RequestConceptGeneration' },
      })
      tasks.push(sent.body.task_id as string)
      const report = { method: 'POST', token: agent, path: `/tasks/${sent.body.task_id}/progress` }
      await gateway.call({ ...report, body: { progress: 40 } })
    }
    const all = await open('', { sub: 'bea' })
    const ofOne = await open(`?context_id=${one}`, { sub: 'bea', at: replica })
    // The signal of the last report may come late and say it once more.
    const told = (reader: HttpReader) => new Set(reader.progress.map((report) => JSON.stringify(report)))
    const said = tasks.map((task_id) => JSON.stringify({ task_id, progress: 40 }))
    await eventually(() => told(all).size === 2 && told(ofOne).size === 1)
    expect([...told(all)].sort()).toEqual([...said].sort())
    expect([...told(ofOne)]).toEqual([said[0]])
    expect(ofOne.frames.filter(({ event }) => event === 'task.progress').every(({ id }) => !id)).toBe(true)
  })

  it('resumes on another replica by Last-Event-ID, which wins over the query', async () => {
    const session = await gateway.openSession()
    const before = await open()
    await gateway.send(session, 'SubmitFeedback', { rating: 1 })
    await gateway.send(session, 'SubmitFeedback', { rating: 2 })
    await eventually(() => before.events.length === 2)
    const [first, second] = before.events
    const byHeader = await open(`?last_event_id=${second!.id}`, {
      at: replica,
      headers: { 'last-event-id': first!.id! },
    })
    const byQuery = await open(`?last_event_id=${first!.id}`, { at: replica })
    await eventually(() => byHeader.events.length === 1 && byQuery.events.length === 1)
    expect(byHeader.events[0]!.data).toEqual(second!.data)
    expect(byQuery.events[0]!.data).toEqual(second!.data)
  })

  it('goes on from the stream_position of a state', async () => {
    const session = await gateway.openSession()
    await gateway.send(session, 'ConfirmStage')
    const state = await gateway.call({ path: `/genesis/sessions/${session}/state` })
    await gateway.send(session, 'ConfirmStage')
    const reader = await open(
      `?context_id=${session.toUpperCase()}&last_event_id=${state.body.stream_position}`,
    )
    await eventually(() => reader.events.length > 0)
    expect(reader.events.map(({ data }) => data.aggregate_version)).toEqual([Number(state.body.version) + 1])
  })

  it('is bounded for a user in each process', async () => {
    await Promise.all(Array.from({ length: 10 }, () => open('', { sub: 'lou' })))
    await expect(open('', { sub: 'lou' })).rejects.toThrow('TOO_MANY_STREAMS')
    await open('', { sub: 'lou', at: replica })
  })

  it('ends when its token expires', async () => {
    const authorization = `Bearer ${signTestToken('eve', {}, { expiresIn: 3 })}`
    const reader = await HttpReader.open(`${gateway.url}/events/stream`, { authorization })
    await eventually(() => reader.end === 'whole')
  })

  it('answers HEAD without a body', async () => {
    const response = await fetch(`${gateway.url}/events/stream`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${ada}` },
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  })

  it('is logged when it closes, as an answer and not as a request that was given up', async () => {
    const reader = await open('', { sub: 'gil' })
    reader.cut()
    const line = await eventually(() => gateway.lines.find(({ user }) => user === 'gil'))
    expect(line).toMatchObject({ level: 'info', route: '/events/stream', status: 200 })
  })
})

describe('tickets', () => {
  it('open one stream, on any replica, for their buyer', async () => {
    const ticket = await buyTicket()
    const reader = await HttpReader.open(`${replica.url}/events/stream?ticket=${ticket}`)
    readers.push(reader)
    const session = await gateway.openSession()
    await eventually(() => reader.events.length === 1)
    expect(reader.events[0]!.data.aggregate_id).toBe(session)
    for (const at of [gateway, replica]) {
      const again = await at.call({ path: `/events/stream?ticket=${ticket}`, token: null })
      expect([again.status, again.body.error_code]).toEqual([401, 'INVALID_TICKET'])
      expect(again.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  it('that many spend at once open one stream', async () => {
    const ticket = await buyTicket()
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        HttpReader.open(`${[gateway, replica][index % 2]!.url}/events/stream?ticket=${ticket}`),
      ),
    )
    const opened = tries.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
    readers.push(...opened)
    expect(opened).toHaveLength(1)
  })

  it('are in the database as a hash, and say when they expire', async () => {
    const bought = Date.now()
    const { body } = await gateway.call({ method: 'POST', path: '/events/stream/tickets' })
    const { rows } = await gateway.sql.query('SELECT * FROM stream_tickets')
    expect(JSON.stringify(rows)).not.toContain(body.ticket)
    const [row] = rows.filter(({ expires_at }) => expires_at.toISOString() === body.expires_at)
    expect(row).toMatchObject({ user_id: 'ada' })
    expect(row.hash).toHaveLength(32)
    const life = Date.parse(body.expires_at as string) - bought
    expect(life).toBeGreaterThan(20_000)
    expect(life).toBeLessThan(60_000)
  })

  it('of another user, or expired, open nothing and stay as they are; buying one removes the expired', async () => {
    const ticket = await buyTicket()
    const before = await gateway.checksum()
    const path = `/events/stream?ticket=${ticket}`
    const asBob = await gateway.call({ path, token: signTestToken('bob') })
    expect([asBob.status, asBob.body.error_code]).toEqual([401, 'INVALID_TICKET'])
    expect(await gateway.checksum()).toBe(before)
    await gateway.sql.query('UPDATE stream_tickets SET expires_at = now()')
    const late = await gateway.call({ path, token: null })
    expect([late.status, late.body.error_code]).toEqual([401, 'INVALID_TICKET'])
    await buyTicket()
    const { rows } = await gateway.sql.query('SELECT count(*)::int AS n FROM stream_tickets')
    expect(rows[0].n).toBe(1)
  })

  it('are not spent by a request that is refused', async () => {
    const ticket = await buyTicket()
    const path = `/events/stream?ticket=${ticket}`
    const refused = [
      await gateway.call({ path: `${path}&context_id=x`, token: null }),
      await gateway.call({ path: `${path}&last_event_id=x`, token: null }),
      await gateway.call({ path, token: null, headers: { accept: 'image/png' } }),
      await gateway.call({ path: `${path}&context_id=${randomUUID()}`, token: null }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 406, 404])
    readers.push(await HttpReader.open(`${gateway.url}${path}`))
    expect((await gateway.call({ path, token: null })).status).toBe(401)
  })

  it('are not spent by HEAD, which opens no stream and is answered as GET would be', async () => {
    const ticket = await buyTicket()
    const path = `/events/stream?ticket=${ticket}`
    const head = (at: string) => fetch(`${gateway.url}${at}`, { method: 'HEAD' })
    // More than a user may have streams: none of them stays.
    for (let count = 0; count < 12; count += 1) expect((await head(path)).status).toBe(200)
    expect((await head(`${path}&context_id=${randomUUID()}`)).status).toBe(404)
    readers.push(await HttpReader.open(`${gateway.url}${path}`))
    expect((await head(path)).status).toBe(401)
  })

  it('are not sold for a token that is over, and is taken only because clocks differ', async () => {
    const before = await gateway.checksum()
    const late = signTestToken('ada', {}, { expiresIn: -2 })
    const { status, body } = await gateway.call({
      method: 'POST',
      path: '/events/stream/tickets',
      token: late,
    })
    expect([status, body.error_code]).toEqual([401, 'TOKEN_EXPIRED'])
    expect(await gateway.checksum()).toBe(before)
  })

  it('are good beside a token of the same user', async () => {
    const ticket = await buyTicket()
    await open(`?ticket=${ticket}`)
  })

  it('open a stream that ends when the token that bought them expires', async () => {
    const ticket = await buyTicket(gateway, signTestToken('flo', {}, { expiresIn: 5 }))
    const reader = await HttpReader.open(`${gateway.url}/events/stream?ticket=${ticket}`)
    expect(reader.end).toBeUndefined()
    await eventually(() => reader.end === 'whole')
  })
})

describe('a shutdown', () => {
  it('ends the streams as whole responses, at once', async () => {
    const third = await runGateway({ databaseUrl: () => Promise.resolve(gateway.database.gatewayUrl) })
    const streams = [await open('', { at: third }), await open('', { at: third, sub: 'bob' })]
    const stopping = third.stop()
    await eventually(() => streams.every(({ end }) => end === 'whole'), 15_000)
    await stopping
    await third.close()
  })
})
