/** Two gateways behind one database behave as one, in keys, tickets and positions. */
import { randomUUID } from 'node:crypto'
import { ApiUser, eventually, signTestToken, startSystem, type RunningSystem } from '@infinite-scribe/testing'
import { HttpReader } from './stream/http-reader.kit.test'

let system: RunningSystem
/** Ada, at each of the two. */
let ada: [ApiUser, ApiUser]
const at = (turn: number): ApiUser => ada[turn % 2]!

beforeAll(async () => {
  system = await startSystem({ gateways: 2, relays: 0 })
  ada = system.gateways.map(({ url }) => new ApiUser(url, 'ada')) as [ApiUser, ApiUser]
})
afterAll(() => system.close())

describe('keys', () => {
  it('carry a click out once, whichever of the two it reaches', async () => {
    const session = await ada[0].openSession()
    const key = { 'idempotency-key': randomUUID() }
    const clicks = await Promise.all(
      Array.from({ length: 20 }, (_, turn) => at(turn).command(session, 'ConfirmStage', {}, key)),
    )
    expect(new Set(clicks.map(({ status, body }) => `${status} ${body.command_id as string}`)).size).toBe(1)
    expect(clicks.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1)
    const reused = await ada[1].command(session, 'ConfirmStage', { stage: 'WORLDVIEW' }, key)
    expect([reused.status, reused.body.error_code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  })

  it('name the command under way, and open one session for two clicks', async () => {
    const opening = { 'idempotency-key': randomUUID() }
    const opened = await Promise.all([0, 1].map((turn) => at(turn).post('/genesis/sessions', {}, opening)))
    const [session, ...others] = new Set(opened.map(({ body }) => body.session_id as string))
    expect(others).toEqual([])
    const key = { 'idempotency-key': randomUUID() }
    const first = await ada[0].command(session!, 'RequestConceptGeneration', {}, key)
    const again = await ada[1].command(session!, 'RequestConceptGeneration', {}, key)
    const twin = await ada[1].command(session!, 'RequestConceptGeneration')
    for (const { status, body } of [again, twin])
      expect([status, body.duplicate_command_id]).toEqual([409, first.body.command_id])
    expect([again, twin].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual(['true', null])
  })
})

it('tickets bought at one open one stream at the other', async () => {
  const { body } = await ada[0].post('/events/stream/tickets')
  const path = `/events/stream?ticket=${body.ticket as string}`
  const reader = await HttpReader.open(ada[1].url + path)
  const session = await ada[0].openSession()
  await eventually(() => reader.events.some(({ data }) => data.aggregate_id === session))
  for (const { url } of ada) expect((await fetch(url + path)).status).toBe(401)
  reader.cut()
})

it('positions of a stream, a state, a list and a history are good at either', async () => {
  const headers = { authorization: `Bearer ${signTestToken('bea')}` }
  const bea = ada.map(({ url }) => new ApiUser(url, 'bea')) as [ApiUser, ApiUser]
  const live = await HttpReader.open(`${bea[0].url}/events/stream`, headers)
  const sessions = [await bea[0].openSession(), await bea[1].openSession()]
  const state = await bea[0].get(`/genesis/sessions/${sessions[0]!}/state`)
  for (let turn = 0; turn < 4; turn += 1) await bea[turn % 2]!.command(sessions[0]!, 'SubmitFeedback')
  await eventually(() => live.events.length === 6)
  const shown = live.events.map(({ data }) => data.event_id as string)
  const goOn = async (query: string, count: number): Promise<string[]> => {
    const reader = await HttpReader.open(`${bea[1].url}/events/stream?${query}`, headers)
    await eventually(() => reader.events.length >= count)
    reader.cut()
    return reader.events.map(({ data }) => data.event_id as string)
  }
  expect(await goOn(`last_event_id=${live.events[1]!.id!}`, 4)).toEqual(shown.slice(2))
  const position = `context_id=${sessions[0]!}&last_event_id=${state.body.stream_position as string}`
  expect(await goOn(position, 4)).toEqual(shown.slice(2))
  live.cut()

  const newest = await bea[0].get('/genesis/sessions?limit=1')
  const older = await bea[1].get(`/genesis/sessions?limit=1&after=${newest.body.next_after as string}`)
  const listed = [newest, older].flatMap(({ body }) => body.sessions as { session_id: string }[])
  expect(listed.map(({ session_id }) => session_id)).toEqual([sessions[1], sessions[0]])
  const history = await bea[0].get(`/genesis/sessions/${sessions[0]!}/events?limit=3`)
  const rest = await bea[1].get(
    `/genesis/sessions/${sessions[0]!}/events?after=${history.body.next_after as number}`,
  )
  expect(rest.body).toMatchObject({
    events: [{ aggregate_version: 4 }, { aggregate_version: 5 }],
    next_after: null,
  })
})
