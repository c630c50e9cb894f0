/** A gateway that is killed under its readers: they go on with the next one where they were. */
import {
  createTestDatabase,
  eventually,
  freePort,
  signTestToken,
  startService,
  TEST_JWT_ENVIRONMENT,
  type ServiceProcess,
  type TestDatabase,
} from '@infinite-scribe/testing'
import { HttpReader } from './http-reader.kit.test'

let database: TestDatabase
const running: ServiceProcess[] = []
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await Promise.all(running.map((service) => service.stop('SIGKILL')))
  await database.drop()
})

const authorization = `Bearer ${signTestToken('ada')}`

async function startGateway(): Promise<{ url: string; service: ServiceProcess }> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const environment = {
    ...TEST_JWT_ENVIRONMENT,
    DATABASE_URL: database.gatewayUrl,
    PORT: String(port),
    GATEWAY_ADMIN_PORT: String(adminPort),
  }
  const service = await startService('api-gateway', environment, `${url}/health/ready`)
  running.push(service)
  return { url, service }
}

async function post(url: string, path: string, body: object = {}): Promise<{ session_id: string }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBeLessThan(300)
  return (await response.json()) as { session_id: string }
}

it('shows what was written while no gateway served the stream, once, on the next one', async () => {
  const [first, other] = [await startGateway(), await startGateway()]
  const reader = await HttpReader.open(`${first.url}/events/stream`, { authorization })
  const { session_id: session } = await post(first.url, '/genesis/sessions')
  await eventually(() => reader.events.length === 1)
  await first.service.stop('SIGKILL')
  await eventually(() => reader.end === 'cut')
  const commands = `/genesis/sessions/${session}/commands`
  for (let rating = 1; rating <= 3; rating += 1)
    await post(other.url, commands, { command_type: 'SubmitFeedback', payload: { rating } })

  const next = await startGateway()
  const headers = { authorization, 'last-event-id': reader.position! }
  const resumed = await HttpReader.open(`${next.url}/events/stream`, headers)
  await post(other.url, commands, { command_type: 'SubmitFeedback', payload: { rating: 4 } })
  await eventually(() => resumed.events.length === 4)
  expect(resumed.events.map(({ data }) => data.aggregate_version)).toEqual([2, 3, 4, 5])

  // A signal ends the response as a whole one, and the process with 0.
  const ended = next.service.stop('SIGTERM')
  await eventually(() => resumed.end === 'whole')
  expect(await ended).toBe(0)
})
