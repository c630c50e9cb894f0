/** Starting the relay: refusals with exit 78, and servers that are not up yet. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createTestDatabase, eventually, freePort, startService } from '@infinite-scribe/testing'
import { relayEnvironment } from './relay-fixture.test'

/** It includes the start of a process. */
const START_MS = 30_000
const DATABASE = 'postgres://someone:s3cret-password@127.0.0.1:1/infinite_scribe'

it('ends with 78 and one line for each fault, and prints no secret', async () => {
  const relay = await startService('message-relay', {
    SERVICE_TYPE: 'api-gateway',
    DATABASE_URL: 'mysql://someone:s3cret-password@db/x',
    RELAY_BATCH_SIZE: 'many',
    KAFKA_SASL_PASSWORD: 's3cret-password',
  })
  const ended = await new Promise((resolve) => relay.child.once('exit', resolve))
  expect(ended).toBe(78)
  const lines = relay.output().trim().split('\n')
  expect(lines).toHaveLength(4)
  expect(lines.sort()).toEqual([
    expect.stringMatching(/^message-relay: DATABASE_URL: /),
    expect.stringMatching(/^message-relay: KAFKA_BROKERS: /),
    expect.stringMatching(/^message-relay: RELAY_BATCH_SIZE: /),
    expect.stringMatching(/^message-relay: SERVICE_TYPE: .*message-relay/),
  ])
  expect(relay.output()).not.toContain('s3cret')
})

it('names the setting where its port is taken, in one line, and may be started again', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const relay = await startService(
    'message-relay',
    relayEnvironment(DATABASE, 'no-topic', { RELAY_HTTP_PORT: String(port) }),
  )
  expect(await new Promise((resolve) => relay.child.once('exit', resolve))).toBe(1)
  expect(relay.output().trim()).toMatch(/^message-relay: RELAY_HTTP_PORT: listen EADDRINUSE.*$/)
  other.close()
})

it('waits for PostgreSQL and Kafka with 503 and few words, and goes on when they come', async () => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = Date.now()
  const relay = await startService('message-relay', {
    ...relayEnvironment(DATABASE, 'no-topic', { RELAY_HTTP_PORT: String(port), LOG_LEVEL: 'info' }),
    KAFKA_BROKERS: '127.0.0.1:1',
  })
  const ready = await eventually(() => fetch(`${url}/health/ready`), START_MS)
  expect(ready.status).toBe(503)
  expect(
    await eventually(async () => {
      const body = (await (await fetch(`${url}/health/ready`)).json()) as { reasons: string[] }
      return body.reasons.some((reason) => reason.includes('ECONNREFUSED')) && body.reasons
    }, START_MS),
  ).toHaveLength(2)
  expect((await fetch(`${url}/health/live`)).status).toBe(200)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect(relay.child.exitCode).toBeNull()
  const lines = relay.output().trim().split('\n').length
  expect(lines).toBeLessThan(12 + (2 * (Date.now() - began)) / 1000)
  expect(relay.output()).not.toContain('s3cret')
  expect(await relay.stop()).toBe(0)
})

it('is not ready while the events topic is missing', async () => {
  const database = await createTestDatabase()
  const port = await freePort()
  const relay = await startService(
    'message-relay',
    relayEnvironment(database.relayUrl, 'there-is-no-such-topic', { RELAY_HTTP_PORT: String(port) }),
  )
  try {
    await eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${port}/health`)
      const { reasons } = (await response.json()) as { reasons: string[] }
      return response.status === 503 && reasons.length === 1 && reasons[0]?.includes('unknown_topic')
    }, START_MS)
  } finally {
    expect(await relay.stop()).toBe(0)
    await database.drop()
  }
})
