/** A command that is told to end, or is killed, leaves no statement at work in the database. */
import { spawn, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { createTestDatabase, eventually, repositoryRoot, type TestDatabase } from '@infinite-scribe/testing'
import { Client } from 'pg'
import { relayEnvironment } from '../relay-fixture.test'

/** Sooner than the time after which a command gives a lock up by itself. */
const SOON_MS = 6000
const PROGRAM = path.join(repositoryRoot, 'apps/message-relay/dist/operator/main.js')
let database: TestDatabase
let owner: Client
let watcher: Client

beforeEach(async () => {
  database = await createTestDatabase()
  owner = new Client({ connectionString: database.url })
  // A transaction sees the server's activity as it was at its first look.
  watcher = new Client({ connectionString: database.url })
  await Promise.all([owner.connect(), watcher.connect()])
  // What a command waits for is as good as what it works at.
  await owner.query('BEGIN; LOCK TABLE event_outbox')
})
afterEach(async () => {
  await Promise.all([owner.end(), watcher.end()])
  await database.drop()
})

const statements = async (): Promise<number> => {
  const { rowCount } = await watcher.query(
    `SELECT FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock' AND application_name = 'message-relay operator'`,
    [database.name],
  )
  return rowCount ?? 0
}

async function commandAtWork(): Promise<{
  child: ChildProcess
  ended: Promise<number | null>
  said: () => string
}> {
  const child = spawn(process.execPath, [PROGRAM, 'status'], {
    env: { PATH: process.env.PATH, ...relayEnvironment(database.relayUrl, 'nobody-writes-here') },
  })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  await eventually(async () => (await statements()) === 1)
  return { child, ended, said: () => said }
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s cancels the statement and ends with %i', async (signal, code) => {
  const { child, ended, said } = await commandAtWork()
  child.kill(signal)
  expect(await ended).toBe(code)
  expect(said()).toBe('')
  await eventually(async () => (await statements()) === 0, SOON_MS)
})

it('PostgreSQL notices by itself that a command was killed', async () => {
  const { child, ended } = await commandAtWork()
  child.kill('SIGKILL')
  await ended
  await eventually(async () => (await statements()) === 0, SOON_MS)
})
