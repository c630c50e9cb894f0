/** A command that meets somebody's lock ends within seconds, and says whose it is. */
import { Client } from 'pg'
import { countByStatus } from '../relay-fixture.test'
import { openOperatorFixture, type OperatorFixture } from './operator-fixture.test'

let fixture: OperatorFixture
let holder: Client
let pid: number

beforeEach(async () => {
  fixture = await openOperatorFixture()
  holder = new Client({ connectionString: fixture.database.url })
  await holder.connect()
  const { rows } = await holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  pid = rows[0]!.pid
})

afterEach(async () => {
  await holder.end()
  await fixture.close()
})

it('whatever the verb', async () => {
  const [failed] = await fixture.failedRows(1)
  await fixture.facts('session', 1)
  await holder.query('BEGIN; LOCK TABLE event_outbox IN ACCESS EXCLUSIVE MODE')
  const began = Date.now()
  const lines = [
    'status',
    'list --failed',
    `requeue ${failed}`,
    `drop ${failed}`,
    'replay --since 2000-01-01',
    'verify --json',
  ]
  const ended = await Promise.allSettled(lines.map((line) => fixture.type(line)))
  expect(Date.now() - began).toBeLessThan(15_000)
  const told = expect.stringMatching(
    `^a statement waited 8 s for a lock held by pid ${pid} \\(.*\\) and was given up; see the runbook relay-not-ready$`,
  )
  expect(ended.map((end) => end.status === 'rejected' && end.reason.message)).toEqual(lines.map(() => told))
})

it('of one row, too, and changes nothing', async () => {
  const [first, second, third, fourth] = await fixture.failedRows(4)
  await holder.query('BEGIN')
  await holder.query('SELECT FROM event_outbox WHERE id = ANY ($1) FOR UPDATE', [[second, fourth]])
  const lines = [`requeue ${first} ${second} --yes`, `drop ${third} ${fourth} --yes`]
  await Promise.all(lines.map((line) => expect(fixture.type(line)).rejects.toThrow(`held by pid ${pid} (`)))
  expect(await countByStatus(fixture.pool)).toEqual({ FAILED: 4 })
})
