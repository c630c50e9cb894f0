/** What the command line's exit codes tell a script. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createTestDatabase, repositoryRoot, type TestDatabase } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { relayEnvironment } from '../relay-fixture.test'

const PROGRAM = path.join(repositoryRoot, 'apps/message-relay/dist/operator/main.js')
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const type = (line: string, more: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...line.split(' ')], {
    env: { PATH: process.env.PATH, ...relayEnvironment(database.url, 'nobody-writes-here'), ...more },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

it.each([
  ['status --json', {}, 0],
  ['--help', {}, 0],
  ['requeue 00000000-0000-4000-8000-000000000000', {}, 1],
  ['status', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, 2],
  ['requeue', {}, 2],
  ['list --failed --since 2026-01-02 --until 2026-01-01', {}, 2],
  ['nonsense', {}, 2],
  ['status', { RELAY_LEASE: 'long' }, 78],
])('%s, with %j, ends with %i', (line, more, status) => {
  const ended = type(line, more)
  expect(ended).toMatchObject({ status })
  if (status !== 0) expect(ended).toMatchObject({ stderr: expect.stringMatching(/./) })
})

it('verify says within seconds which brokers it cannot reach', () => {
  const began = Date.now()
  const { status, stderr } = type('verify', { KAFKA_BROKERS: '127.0.0.1:1' })
  // Only what is lost or out of order makes it end with 1.
  expect(status).toBe(2)
  expect(stderr).toContain('Kafka at 127.0.0.1:1 cannot be used')
  expect(Date.now() - began).toBeLessThan(15_000)
})

it('a lock that somebody holds ends it within seconds', async () => {
  const holder = new Client({ connectionString: database.url })
  await holder.connect()
  await holder.query('BEGIN; LOCK TABLE event_outbox IN ACCESS EXCLUSIVE MODE')
  const began = Date.now()
  const { status, stderr } = type('status')
  await holder.end()
  expect(status).toBe(2)
  expect(stderr).toMatch(/^message-relay: a statement waited .* lock held by pid .* began 20.*\n$/)
  expect(Date.now() - began).toBeLessThan(12_000)
})

it('keeps what is no result away from those that read JSON', () => {
  const { stdout, stderr } = type('requeue 00000000-0000-4000-8000-000000000000 --json')
  expect(JSON.parse(stdout)).toMatchObject({ requeued: [] })
  expect(stderr).toContain('there is no such row')
})

it('ends well though nobody reads its result to the end', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'status'], {
    env: { PATH: process.env.PATH, ...relayEnvironment(database.url, 'nobody-writes-here') },
  })
  child.stdout.destroy()
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const [code] = (await once(child, 'close')) as [number]
  expect({ code, said }).toEqual({ code: 0, said: '' })
})

it.each([
  ['status', { DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' }, 'PostgreSQL at 127.0.0.1:1 '],
  ['verify', { KAFKA_BROKERS: '127.0.0.1:1' }, 'Kafka at 127.0.0.1:1 '],
  ['topics --create', { KAFKA_BROKERS: '127.0.0.1:1' }, 'Kafka at 127.0.0.1:1 '],
  ['verify', {}, 'the events topic nobody-writes-here does not exist'],
])('%s, with %j, says what it could not use: %s', (line, more, place) => {
  const { status, stderr } = type(line, more)
  expect(status).toBe(2)
  expect(stderr).toContain(`message-relay: ${place}`)
  expect(stderr).not.toContain('hunter2')
})
