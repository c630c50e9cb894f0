/** Bad inputs 6, 11 and 33, and of 8, 12 and 24 what is the stream's: who may read it, from where, and how often. */
import { randomUUID } from 'node:crypto'
import { signTestToken } from '@infinite-scribe/testing'
import { HttpReader } from '../stream/http-reader.kit.test'
import { badInputTests, expectProblem } from './bad-inputs.kit.test'
import { ada, runGateway, type Call, type RunningGateway } from './running-gateway.kit.test'

let gateway: RunningGateway
let session: string
let other: string
beforeAll(async () => {
  gateway = await runGateway()
  session = await gateway.openSession()
  other = await gateway.openSession()
})
afterAll(() => gateway.close())

const readers: HttpReader[] = []
afterEach(() => {
  for (const reader of readers.splice(0)) reader.cut()
})

const STREAM = '/events/stream'
const read = async (query: string, token?: string): Promise<HttpReader> => {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` }
  const reader = await HttpReader.open(`${gateway.url}${STREAM}${query}`, headers)
  readers.push(reader)
  return reader
}

async function buyTicket(): Promise<string> {
  const { body } = await gateway.call({ method: 'POST', path: `${STREAM}/tickets` })
  return body.ticket as string
}

const invalidTicket = (input: string, call: () => Promise<Call>) => ({
  input,
  status: 401,
  code: 'INVALID_TICKET',
  call,
})
const byTicket = (ticket: string, token: string | null = null): Call => ({
  path: `${STREAM}?ticket=${ticket}`,
  token,
})
badInputTests(6, () => gateway, [
  invalidTicket('stream ticket reused', async () => {
    const ticket = await buyTicket()
    await read(`?ticket=${ticket}`)
    return byTicket(ticket)
  }),
  invalidTicket('stream ticket expired', async () => {
    const ticket = await buyTicket()
    await gateway.sql.query('UPDATE stream_tickets SET expires_at = now()')
    return byTicket(ticket)
  }),
  invalidTicket('stream ticket unknown', () => Promise.resolve(byTicket('A'.repeat(43)))),
  invalidTicket('stream ticket that is none', () => Promise.resolve(byTicket('abc'))),
  invalidTicket('stream ticket empty', () => Promise.resolve(byTicket(''))),
  invalidTicket('two stream tickets', async () =>
    byTicket(`${await buyTicket()}&ticket=${await buyTicket()}`),
  ),
  invalidTicket('stream ticket sent with a Bearer of another sub', async () =>
    byTicket(await buyTicket(), signTestToken('bob')),
  ),
])

badInputTests(8, () => gateway, [
  {
    input: 'unknown session: its stream',
    status: 404,
    code: 'SESSION_NOT_FOUND',
    call: { path: `${STREAM}?context_id=${randomUUID()}` },
  },
  {
    input: "another user's session: its stream",
    status: 404,
    code: 'SESSION_NOT_FOUND',
    call: () => ({ path: `${STREAM}?context_id=${session}`, token: signTestToken('bob') }),
  },
])

badInputTests(
  11,
  () => gateway,
  [
    'image/png',
    'application/json',
    'text/plain, image/*',
    'text/event-stream;q=0',
    'text/event-stream;charset=latin1',
  ].map((accept) => ({
    input: `stream asked for with Accept: ${accept}`,
    status: 406,
    code: 'NOT_ACCEPTABLE',
    call: { path: STREAM, headers: { accept } },
  })),
)

badInputTests(
  12,
  () => gateway,
  Object.entries({
    'not a UUID': 'x',
    empty: '',
    'urn:uuid: form': `urn:uuid:${randomUUID()}`,
    '%00 in it': `${randomUUID()}%00`,
    'given twice': `${randomUUID()}&context_id=${randomUUID()}`,
  }).map(([input, id]) => ({
    input: `context_id: ${input}`,
    status: 400,
    code: 'INVALID_SESSION_ID',
    call: { path: `${STREAM}?context_id=${id}` },
  })),
)

const positionOf = async (id: string): Promise<string> => {
  const { body } = await gateway.call({ path: `/genesis/sessions/${id}/state` })
  return body.stream_position as string
}
const invalidPosition = (input: string, call: Call | (() => Promise<Call>)) => ({
  input,
  status: 400,
  code: 'INVALID_LAST_EVENT_ID',
  call,
})
badInputTests(24, () => gateway, [
  invalidPosition('Last-Event-ID that is no position', { path: STREAM, headers: { 'last-event-id': '42' } }),
  invalidPosition('Last-Event-ID far too long', {
    path: STREAM,
    headers: { 'last-event-id': 'A'.repeat(12_000) },
  }),
  invalidPosition('last_event_id empty', { path: `${STREAM}?last_event_id=` }),
  invalidPosition('two last_event_ids', { path: `${STREAM}?last_event_id=1&last_event_id=2` }),
  invalidPosition('a bad Last-Event-ID, which wins over a good last_event_id', async () => ({
    path: `${STREAM}?context_id=${session}&last_event_id=${await positionOf(session)}`,
    headers: { 'last-event-id': 'x' },
  })),
  invalidPosition("another session's position", async () => ({
    path: `${STREAM}?context_id=${session}&last_event_id=${await positionOf(other)}`,
  })),
  invalidPosition("a session's position without its context_id", async () => ({
    path: `${STREAM}?last_event_id=${await positionOf(session)}`,
  })),
  invalidPosition("another user's position", async () => {
    const reader = await read('', ada)
    const { id } = await reader.opening()
    return { path: `${STREAM}?last_event_id=${id}`, token: signTestToken('bob') }
  }),
])

describe('bad input 33', () => {
  test('one stream too many: 429 TOO_MANY_STREAMS', async () => {
    const lou = signTestToken('lou')
    await Promise.all(Array.from({ length: 10 }, () => read('', lou)))
    const before = await gateway.checksum()
    expectProblem(await gateway.call({ path: STREAM, token: lou }), 429, 'TOO_MANY_STREAMS')
    expect(await gateway.checksum()).toBe(before)
    // A request that was refused holds no seat.
    const max = signTestToken('max')
    for (let count = 0; count < 12; count += 1)
      await gateway.call({ path: `${STREAM}?context_id=x`, token: max })
    await read('', max)
  })
})
