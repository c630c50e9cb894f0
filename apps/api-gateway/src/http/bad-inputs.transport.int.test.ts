/** Bad input 34: what arrives is too large, too slow, or no HTTP; and what Node makes of connections. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@infinite-scribe/testing'
import { ada, parseRaw, runGateway, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let session: string
beforeAll(async () => {
  gateway = await runGateway({ limits: { headersTimeoutMs: 300, requestTimeoutMs: 600, checkEveryMs: 50 } })
  session = await gateway.openSession()
})
afterAll(() => gateway.close())

const lines = (...all: string[]) => all.join('\r\n')
const HOST = 'Host: gateway'
const post = (...headers: string[]) =>
  lines(
    `POST /genesis/sessions/${session}/commands HTTP/1.1`,
    HOST,
    `Authorization: Bearer ${ada}`,
    'Content-Type: application/json',
    ...headers,
    '',
    '',
  )

function expectRaw(answer: string, status: number, code: string): void {
  const { head, body, ...rest } = parseRaw(answer)
  expect({ status: rest.status, code: body?.error_code }).toEqual({ status, code })
  expect(head).toMatch(/^Content-Type: application\/json; charset=utf-8\r$/im)
  expect(head).toMatch(/^X-Request-Id: [\x21-\x7e]+\r?$/im)
  expect(head).toMatch(/^Connection: close\r?$/im)
}

describe('bad input 34', () => {
  test.each<[string, number, string, () => string]>([
    [
      'headers over 16 KB',
      431,
      'HEADERS_TOO_LARGE',
      () => lines('GET /health HTTP/1.1', HOST, `X-Padding: ${'x'.repeat(17_000)}`, '', ''),
    ],
    [
      'a path over 16 KB',
      431,
      'HEADERS_TOO_LARGE',
      () => lines(`GET /${'x'.repeat(17_000)} HTTP/1.1`, HOST, '', ''),
    ],
    ['slow headers', 408, 'REQUEST_TIMEOUT', () => lines('GET /health HTTP/1.1', HOST, 'X-Slow: ')],
    ['slow body', 408, 'REQUEST_TIMEOUT', () => `${post('Content-Length: 20')}{"com`],
    ['slow chunks', 408, 'REQUEST_TIMEOUT', () => `${post('Transfer-Encoding: chunked')}5\r\n{"com\r\n`],
    [
      'both Transfer-Encoding and Content-Length',
      400,
      'BAD_REQUEST',
      () => `${post('Content-Length: 2', 'Transfer-Encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`,
    ],
    ['two Content-Lengths', 400, 'BAD_REQUEST', () => `${post('Content-Length: 2', 'Content-Length: 3')}{}`],
    ['no HTTP', 400, 'BAD_REQUEST', () => 'EHLO gateway\r\n\r\n'],
    ['a chunk size that is none', 400, 'BAD_REQUEST', () => `${post('Transfer-Encoding: chunked')}zz\r\n`],
    ['CONNECT', 400, 'BAD_REQUEST', () => lines('CONNECT db:5432 HTTP/1.1', HOST, '', '')],
  ])('%s: %i %s', async (_input, status, code, bytes) => {
    const before = await gateway.checksum()
    expectRaw(await gateway.raw(bytes()), status, code)
    expect(await gateway.checksum()).toBe(before)
  })

  test.each([
    ['no Host', []],
    ['an empty Host', ['Host:']],
    ['two Hosts', ['Host: a', 'Host: b']],
  ])('%s: 400 BAD_REQUEST', async (_input, hosts) => {
    const before = await gateway.checksum()
    const head = lines('POST /genesis/sessions HTTP/1.1', ...hosts, `Authorization: Bearer ${ada}`)
    expectRaw(await gateway.raw(lines(head, 'Connection: close', '', '')), 400, 'BAD_REQUEST')
    expect(await gateway.checksum()).toBe(before)
  })

  test('an expectation that nobody knows: 400 BAD_REQUEST', async () => {
    const answer = await gateway.raw(
      lines('GET /health HTTP/1.1', HOST, 'Expect: miracles', 'Connection: close', '', ''),
    )
    expectRaw(answer, 400, 'BAD_REQUEST')
  })

  test('a slow body has its line in the log, with its id and its caller', async () => {
    const answer = await gateway.raw(`${post('Content-Length: 20', 'X-Request-Id: slow-one')}{"com`)
    expect(parseRaw(answer).head).toMatch(/^X-Request-Id: slow-one\r?$/im)
    const logged = gateway.lines.filter((line) => line.request_id === 'slow-one')
    expect(logged).toMatchObject([{ status: 408, error_code: 'REQUEST_TIMEOUT', user: 'ada' }])
  })
})

test('a request that arrives on a connection that was just given up as too slow is not carried out', async () => {
  const before = await gateway.checksum()
  const socket = connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true })
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expectRaw(answer.toString(), 408, 'REQUEST_TIMEOUT')
  const body = '{"command_type":"SubmitFeedback"}'
  socket.on('error', () => undefined)
  socket.end(`${post(`Content-Length: ${body.length}`)}${body}`)
  socket.resume()
  await once(socket, 'close')
  // Time in which it would be written.
  await delay(300)
  expect(await gateway.checksum()).toBe(before)
})

test('a slow body behind a whole request is answered itself', async () => {
  const body = '{"command_type":"SubmitFeedback"}'
  const whole = `${post(`Content-Length: ${body.length}`)}${body}`
  const answers = await gateway.raw(`${whole}${post('Content-Length: 20', 'X-Request-Id: slow-second')}{"com`)
  expect(answers).toMatch(/^HTTP\/1\.1 200 /)
  const second = answers.slice(answers.lastIndexOf('HTTP/1.1 '))
  expectRaw(second, 408, 'REQUEST_TIMEOUT')
  expect(second).toMatch(/^X-Request-Id: slow-second\r?$/im)
})

test('HTTP/1.0 needs no Host', async () => {
  expect(parseRaw(await gateway.raw('GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200)
})

test('a caller without a token is refused before the body is there', async () => {
  const answer = await gateway.raw(
    lines(`POST /genesis/sessions HTTP/1.1`, HOST, 'Content-Length: 99', 'Expect: 100-continue', '', ''),
  )
  expectRaw(answer, 401, 'MISSING_TOKEN')
})

test.each([
  ['/genesis/sessions', 'authorization'],
  ['/events/stream', 'AUTHORIZATION'],
])('two Authorization headers on %s are refused, though the first is good', async (path, name) => {
  const answer = await gateway.raw(
    lines(
      `GET ${path} HTTP/1.1`,
      HOST,
      `Authorization: Bearer ${ada}`,
      `${name}: Bearer x`,
      'Connection: close',
      '',
      '',
    ),
  )
  expectRaw(answer, 401, 'INVALID_TOKEN')
})

test('a body is asked for when all before it is in order', async () => {
  const body = '{"command_type":"SubmitFeedback"}'
  const socket = connect(gateway.port, '127.0.0.1')
  socket.write(post('Expect: 100-continue', `Content-Length: ${body.length}`))
  const [interim] = (await once(socket, 'data')) as [Buffer]
  expect(interim.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  socket.write(body)
  expect(parseRaw(await readAll(socket))).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
})

test('garbage behind a whole request does not take its answer away', async () => {
  const body = '{"command_type":"SubmitFeedback"}'
  const answer = await gateway.raw(`${post(`Content-Length: ${body.length}`)}${body}GARBAGE\r\n\r\n`)
  expect(parseRaw(answer)).toMatchObject({ status: 200, body: { status: 'COMPLETED' } })
})

test('a client that goes away in the middle of a body leaves nothing behind but a line', async () => {
  const before = await gateway.checksum()
  const socket: Socket = connect(gateway.port, '127.0.0.1')
  socket.write(`${post('Content-Length: 20', 'X-Request-Id: gone')}{"com`)
  await once(socket, 'connect')
  socket.destroy()
  const line = await eventually(() => gateway.lines.find(({ request_id }) => request_id === 'gone'))
  expect(line).toMatchObject({ status: 400, error_code: 'BAD_REQUEST' })
  expect(await gateway.checksum()).toBe(before)
})
