/** The log of PostgreSQL's troubles: few lines, and true ones. */
import { knex } from 'knex'
import { DatabaseError } from 'pg'
import { DatabaseWatch } from './database-watch'
import { ConnectionLostError, ConnectionRefusedError } from './faults'
import { troubleOf } from './troubles'

let now = 0
const lines: { message: string; details: Record<string, unknown> }[] = []
const tell = (message: string, details: Record<string, unknown>) => lines.push({ message, details })
let watch: DatabaseWatch
beforeEach(() => {
  lines.length = 0
  watch = new DatabaseWatch({ warn: tell, info: tell } as never, () => now)
})

const state = (code: string) => Object.assign(new DatabaseError('said so', 0, 'error'), { code })
const refused = new ConnectionRefusedError(
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' }),
)
const poolBusy = new ConnectionRefusedError(new knex.KnexTimeoutError('the pool is probably full'))

it('tells that PostgreSQL is away once in five seconds, without a stack, and once when it is back', () => {
  for (let second = 0; second < 10; second++) {
    watch.failed('connection', refused)
    watch.failed('stream', refused.cause)
    now += 1_000
  }
  watch.answered()
  watch.answered()
  expect(lines).toEqual([
    {
      message: 'PostgreSQL is away: no connection is to be had; it is tried again (runbook gateway-errors)',
      details: expect.objectContaining({ away_ms: 0, failures: { connection: 1 } }),
    },
    {
      message: 'PostgreSQL is still away: it is tried again (runbook gateway-errors)',
      details: expect.objectContaining({ away_ms: 5_000, failures: { connection: 5, stream: 5 } }),
    },
    { message: 'PostgreSQL is back', details: { away_ms: 10_000 } },
  ])
  expect(JSON.stringify(lines)).not.toMatch(/"stack"|\.ts:/)
})

it('calls a statement that waited for a lock that, once in five seconds with how many there were', () => {
  for (let second = 0; second < 6; second++) {
    watch.failed('statement', state('57014'))
    watch.answered()
    now += 1_000
  }
  expect(lines).toMatchObject([
    { message: expect.stringMatching(/waited for a lock.*runbook gateway-errors/), details: { failures: 1 } },
    { message: expect.stringMatching(/waited for a lock/), details: { failures: 5 } },
  ])
  expect(JSON.stringify(lines)).not.toContain('away')
})

it('takes a busy pool for one, but not while no connection can be opened', () => {
  watch.failed('connection', poolBusy)
  now += 5_000
  watch.failed('connection', refused)
  watch.failed('connection', poolBusy)
  expect(lines.map(({ message }) => message)).toEqual([
    'No connection of the pool was free in time (runbook gateway-slow)',
    expect.stringContaining('PostgreSQL is away'),
  ])
})

it.each([
  ['a clash', state('40001')],
  ['a fault of ours', new TypeError('x is undefined')],
  ['no error', undefined],
])('says nothing of %s', (_, error) => {
  expect(watch.failed('statement', error)).toBe(false)
  expect(lines).toEqual([])
})

it.each([
  ['57P01', /cannot be reached/, 'gateway-errors'],
  ['28P01', /cannot be reached/, 'gateway-errors'],
  ['53100', /disk is full/, 'disk-full'],
  ['53300', /no connection left/, 'gateway-errors'],
  ['25006', /takes no writes/, 'gateway-errors'],
  ['25P03', /left alone/, 'take-a-flame-graph'],
])('knows %s behind its wrappers', (code, what, runbook) => {
  expect(troubleOf(new ConnectionLostError(state(code)))).toEqual({
    what: expect.stringMatching(what),
    runbook,
  })
})
