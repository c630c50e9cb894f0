/** What every answer has, and what browsers, probes and scrapers meet: ids, headers, CORS, health, metrics, the log. */
import { runGateway, type RunningGateway } from './running-gateway.kit.test'

const PAGE = 'https://app.example'
let gateway: RunningGateway
let session: string
beforeAll(async () => {
  gateway = await runGateway({
    environment: { CORS_ORIGINS: `${PAGE},http://localhost:5173`, RATE_LIMIT_COMMANDS_PER_SECOND: '1000' },
  })
  session = await gateway.openSession()
})
afterAll(() => gateway.close())

describe('X-Request-Id', () => {
  test.each(['abc', '0af7651916cd43dd8448eb211c80319c', '!~', 'x'.repeat(128)])('keeps %s', async (id) => {
    for (const path of ['/health/live', '/nowhere', '/genesis/sessions']) {
      const reply = await gateway.call({ path, headers: { 'x-request-id': id } })
      expect(reply.headers.get('x-request-id')).toBe(id)
    }
  })

  test.each(['', 'two words', 'caf\u00e9', 'x'.repeat(129)])('replaces "%s"', async (id) => {
    const reply = await gateway.call({ path: '/health/live', headers: { 'x-request-id': id } })
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

test('says nothing of what it is made with', async () => {
  const { headers } = await gateway.call({ path: '/health/live' })
  expect(headers.get('x-powered-by')).toBeNull()
  expect(headers.get('server')).toBeNull()
  expect(headers.get('etag')).toBeNull()
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
})

test('lets no cache keep what is of one caller and one moment', async () => {
  const state = await gateway.call({ path: `/genesis/sessions/${session}/state` })
  const ticket = await gateway.call({ method: 'POST', path: '/events/stream/tickets' })
  const refused = await gateway.call({ path: '/genesis/sessions', token: null })
  for (const { headers } of [state, ticket, refused]) expect(headers.get('cache-control')).toBe('no-store')
})

describe('strict headers', () => {
  const STRICT = {
    'content-security-policy': "default-src 'none';frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  }
  const FOR_BROWSERS = {
    ...STRICT,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': expect.stringMatching(/^max-age=\d{7,}/) as string,
    'x-frame-options': 'SAMEORIGIN',
  }

  test.each([
    ['a list', 200, { path: '/genesis/sessions' }],
    ['a probe', 200, { path: '/health/live', token: null }],
    ['a ticket, which is a credential', 201, { method: 'POST', path: '/events/stream/tickets' }],
    ['a refusal', 401, { path: '/genesis/sessions', token: null }],
    ['no route', 404, { path: '/nowhere' }],
    ['a wrong method', 405, { method: 'PUT', path: '/genesis/sessions' }],
  ])('are on %s (%d)', async (_what, status, call) => {
    const reply = await gateway.call(call)
    expect(reply.status).toBe(status)
    expect(Object.fromEntries(reply.headers)).toMatchObject(FOR_BROWSERS)
  })

  test.each([
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['no HTTP', 'NOT HTTP\r\n\r\n'],
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('are on the answer to %s', async (_what, bytes) => {
    const [head = ''] = (await gateway.raw(bytes)).split('\r\n\r\n')
    const lines = head.split('\r\n').map((line) => line.split(': '))
    const headers = Object.fromEntries(lines.map(([name = '', value]) => [name.toLowerCase(), value]))
    expect(headers).toMatchObject(STRICT)
  })

  test('are looser for the documentation alone, which runs its own scripts and no others', async () => {
    const { headers } = await gateway.call({ path: '/docs', token: null })
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self'")
    expect(headers.get('cache-control')).toBe('no-cache')
    const style = await fetch(`${gateway.url}/docs/swagger-ui.css`)
    expect(style.headers.get('cache-control')).toBe('public, max-age=3600')
    expect(policy).not.toMatch(/script-src[^;]*('unsafe-|\*|data:|https?:)/)
  })
})

test('answers HEAD like GET, without a body', async () => {
  const reply = await gateway.call({ method: 'HEAD', path: `/genesis/sessions/${session}/state` })
  expect([reply.status, reply.text]).toEqual([200, ''])
})

describe('CORS', () => {
  const preflight = (origin: string, path = `/genesis/sessions/${session}/commands`) =>
    gateway.call({
      method: 'OPTIONS',
      path,
      token: null,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key,content-type',
      },
    })

  test('preflight is 204 without a token, for a listed origin', async () => {
    const { status, headers, text } = await preflight(PAGE)
    expect([status, text]).toEqual([204, ''])
    expect(headers.get('access-control-allow-origin')).toBe(PAGE)
    expect(headers.get('access-control-allow-methods')).toBe('GET,POST')
    expect(headers.get('access-control-allow-headers')).toBe('authorization,idempotency-key,content-type')
    expect(headers.get('vary')).toContain('Origin')
  })

  test.each(['https://evil.example', 'https://app.example.evil', 'null', 'https://app.example:8443'])(
    'preflight of %s allows nothing',
    async (origin) => {
      const { status, headers } = await preflight(origin)
      expect(status).toBe(204)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    },
  )

  test('preflight of an unknown route is 404', async () => {
    expect((await preflight(PAGE, '/nowhere')).status).toBe(404)
  })

  test('exposes what a page needs, on errors too', async () => {
    for (const token of [undefined, 'wrong']) {
      const path = '/genesis/sessions'
      const { headers } = await gateway.call({ path, headers: { origin: PAGE }, ...(token && { token }) })
      expect(headers.get('access-control-allow-origin')).toBe(PAGE)
      expect(headers.get('access-control-expose-headers')).toBe(
        'Location,X-Request-Id,Retry-After,RateLimit,RateLimit-Policy,Idempotent-Replayed',
      )
    }
  })

  test('allows no origin unless told to', async () => {
    const closed = await runGateway()
    try {
      const { headers } = await closed.call({ path: '/health/live', headers: { origin: PAGE } })
      expect(headers.get('access-control-allow-origin')).toBeNull()
      const answer = await closed.call({ method: 'OPTIONS', path: '/genesis/sessions', token: null })
      expect(answer.status).toBe(204)
    } finally {
      await closed.close()
    }
  })
})

test('health answers without a token', async () => {
  for (const path of ['/health', '/health/live', '/health/ready']) {
    expect((await gateway.call({ path, token: null })).status).toBe(200)
  }
})

describe('metrics', () => {
  const scrape = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${gateway.adminPort}${path}`, init)

  test('are on the admin port alone, by route and not by path', async () => {
    await gateway.call({ path: `/genesis/sessions/${session}/state` })
    await gateway.call({ method: 'BREW', path: '/nowhere' }).catch(() => undefined)
    const response = await scrape('/metrics')
    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/genesis\/sessions\/\{session_id\}\/state",status="200"\} \d+/,
    )
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).not.toContain(session)
    expect((await gateway.call({ path: '/metrics' })).status).toBe(404)
  })

  test('are all there is on the admin port', async () => {
    const missing = await scrape('/')
    expect([missing.status, await missing.json()]).toMatchObject([404, { error_code: 'NOT_FOUND' }])
    const wrong = await scrape('/metrics', { method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('the log', () => {
  const lineOf = async (id: string, call: Parameters<RunningGateway['call']>[0]) => {
    await gateway.call({ ...call, headers: { 'x-request-id': id } })
    return gateway.lines.filter(({ request_id }) => request_id === id)
  }

  test('has one line for a command, with its id, its first event and its caller', async () => {
    const [line, ...more] = await lineOf('log-command', {
      method: 'POST',
      path: `/genesis/sessions/${session}/commands`,
      body: { command_type: 'SubmitFeedback' },
    })
    expect(more).toEqual([])
    expect(line).toMatchObject({
      level: 'info',
      service: 'api-gateway',
      method: 'POST',
      route: '/genesis/sessions/{session_id}/commands',
      status: 200,
      user: 'ada',
      command_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      duration_ms: expect.any(Number),
    })
    const { rows } = await gateway.sql.query('SELECT event_id FROM domain_events WHERE correlation_id = $1', [
      line!.command_id,
    ])
    expect(rows).toEqual([{ event_id: line!.event_id }])
  })

  test('names the trace that a request came with, and the command that a task or a receipt is of', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const asked = await gateway.send(session, 'RequestConceptGeneration', undefined, {
      'x-request-id': 'log-trace',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    })
    const command_id = asked.body.command_id as string
    const [sent] = gateway.lines.filter(({ request_id }) => request_id === 'log-trace')
    expect(sent).toMatchObject({ trace_id: trace, command_id })
    const [read] = await lineOf('log-task', { path: `/tasks/${asked.body.task_id}` })
    expect(read).toMatchObject({ command_id })
    expect(read).not.toHaveProperty('trace_id')
    const path = `/genesis/sessions/${session}/commands/${command_id}`
    expect(await lineOf('log-receipt', { path })).toMatchObject([{ command_id }])
  })

  test('warns of refusals, by their code', async () => {
    const lines = await lineOf('log-refusal', { path: '/genesis/sessions', token: 'no.token.this' })
    expect(lines).toMatchObject([{ level: 'warn', status: 401, error_code: 'INVALID_TOKEN' }])
  })

  test('never shows a token', () => {
    expect(JSON.stringify(gateway.lines)).not.toMatch(/eyJ|Bearer/)
  })
})

test('hands a valid traceparent on, and ignores any other', async () => {
  const valid = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const outbox = async (traceparent: string) => {
    const headers = { traceparent }
    const { body } = await gateway.send(session, 'SubmitFeedback', {}, headers)
    const { rows } = await gateway.sql.query(
      `SELECT to_jsonb(o)::text AS row FROM event_outbox o WHERE payload->>'correlation_id' = $1`,
      [body.command_id],
    )
    return rows[0].row as string
  }
  expect(await outbox(valid)).toContain(valid)
  expect(await outbox('00-zz')).not.toContain('00-zz')
})
