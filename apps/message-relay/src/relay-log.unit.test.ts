/** The log: what an operator reads at three in the morning, and how little of it in an outage. */
import { createLogger, type Logger } from '@infinite-scribe/service-kit'
import type { ClaimedRow } from './pipeline/ports'
import { relayLog } from './relay-log'

let lines: { level: string; message: string; details: Record<string, unknown> }[]
let now: number

const log = (logLevel = 'debug'): ReturnType<typeof relayLog> => {
  const target: Logger = createLogger('test', logLevel)
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    target[level] = ((message: string, details: Record<string, unknown>) =>
      lines.push({ level, message, details })) as never
  }
  return relayLog(target, () => now, 'the-events')
}
const row = {
  id: 'outbox-1',
  eventId: 'event-1',
  eventType: 'A.B.Created',
  topic: 't',
  key: 'k',
  traceparent: null,
  value: '{"correlation_id": "command-1"}',
} as ClaimedRow
const error = { class: 'record_too_large', code: 'MESSAGE_TOO_LARGE', message: 'too large', attempts: [] }
const loud = () => lines.filter(({ level }) => level !== 'debug')

beforeEach(() => {
  lines = []
  now = 100_000
})

it('says of an event that FAILED which it is, why, and what to type', () => {
  log().settled(
    [{ row, settlement: { kind: 'failed', attempts: 4, error, willRetry: false, holdsKey: false } }],
    1,
  )
  expect(loud()).toEqual([
    {
      level: 'error',
      message: expect.stringContaining('message-relay requeue outbox-1'),
      details: expect.objectContaining({
        event_id: 'event-1',
        command_id: 'command-1',
        error_class: 'record_too_large',
        attempts: 4,
      }),
    },
  ])
})

it('says of an event that no broker answers for which it is, and when it is tried again', () => {
  log().rests({ row, restMs: 30_000, resting: 1 })
  expect(loud()).toEqual([
    {
      level: 'warn',
      message: expect.stringMatching(/no broker answers.*drop it.*circuit-open/),
      details: expect.objectContaining({ outbox_id: 'outbox-1', key: 'k', bytes: 31, retry_in_ms: 30_000 }),
    },
  ])
})

it('speaks of dropping an event when it rests longest, not while many do, and once a cycle', () => {
  const events = log()
  events.rests({ row, restMs: 16_000, resting: 1 })
  expect(loud()).toEqual([])
  for (let n = 0; n < 200; n += 1) events.rests({ row, restMs: 30_000, resting: 200 })
  expect(loud()).toMatchObject([
    { message: expect.stringMatching(/brokers first/), details: { resting: 200 } },
  ])
  expect(loud()[0]!.message).not.toMatch(/drop/)
  now += 5000
  events.rests({ row, restMs: 30_000, resting: 3 })
  expect(loud()[1]!.message).toMatch(/drop it/)
})

it('raises no alarm for a retry, nor for what an outage failed', () => {
  log().settled(
    [
      { row, settlement: { kind: 'retry', attempts: 1, delayMs: 1000, error } },
      { row, settlement: { kind: 'failed', attempts: 4, error, willRetry: true, holdsKey: true } },
      { row, settlement: { kind: 'park' } },
    ],
    1,
  )
  expect(loud()).toEqual([])
  expect(lines.map(({ message }) => message).join()).toMatch(/tried again.*outage/)
})

it('says the same trouble once a cycle', () => {
  const events = log()
  const fault = { class: 'connection', message: 'gone' }
  const open = { state: 'open', since: 0, probeAt: 0, probes: 0, fault } as const
  for (let second = 0; second < 20; second += 1) {
    now += 1000
    events.circuit(open, 'probe_failed')
    events.published([{ row, attempt: { kind: 'unavailable', fault, scope: 'broker' } }], 1)
    events.claimFailed(new Error('x'), 100)
    events.settleFailed(new Error('x'), 3)
    events.renewalFailed(new Error('x'))
    events.upkeepFailed(new Error('x'))
    events.listenerLost(new Error('x'), 100)
    events.deadLettersWait(3, fault)
  }
  // The broker and PostgreSQL.
  expect(loud()).toHaveLength(2 * 4)
})

it('leaves it to the circuit to tell of an outage while dead letters wait, and tells of their topic once a cycle', () => {
  const events = log()
  const fault = { class: 'unknown_topic', message: 'gone' }
  const open = { state: 'open', since: 0, probeAt: 0, probes: 0, fault } as const
  events.circuit(open, 'changed')
  events.deadLettersWait(3, fault)
  expect(loud()).toHaveLength(1)
  events.circuit({ state: 'closed' }, 'changed')
  events.deadLettersWait(3, fault)
  events.deadLettersWait(3, fault)
  expect(loud()).toHaveLength(3)
})

const silent =
  'the broker could not take a dead letter: dead letters wait and are tried again (runbook rows-failed)'
const refusal = (what: string, remedy: string) =>
  `${what}: dead letters wait and are tried again; ${remedy} (runbook rows-failed)`

it.each([
  [
    'unknown_topic',
    refusal(
      'the dead-letter topic the-events.dlq does not exist',
      'create it with message-relay topics --create',
    ),
  ],
  [
    'invalid_topic',
    refusal(
      'the broker refuses to write to the dead-letter topic the-events.dlq, for its name',
      'mend EVENTS_TOPIC, which its name is made of',
    ),
  ],
  [
    'topic_forbidden',
    refusal(
      'the relay may not write to the dead-letter topic the-events.dlq',
      "let the topic's ACL allow it",
    ),
  ],
  [
    'not_enough_replicas',
    refusal(
      'the dead-letter topic the-events.dlq has fewer in-sync replicas than its min.insync.replicas',
      'start the brokers that are down, or lower min.insync.replicas',
    ),
  ],
  [
    'broker_error',
    refusal(
      'the broker does not take dead letters (broker_error)',
      "look at the error and at the broker's log",
    ),
  ],
  // It may be this letter alone that there is no answer for.
  ['connection', silent],
  ['timeout', silent],
])('says what to do about a dead-letter topic that takes nothing: %s', (errorClass, message) => {
  log().deadLettersWait(3, { class: errorClass, message: 'no' })
  expect(loud()).toEqual([{ level: 'warn', message, details: { rows: 3, error: `${errorClass}: no` } }])
})

it('tells of an outage of PostgreSQL as one, whoever meets it, and of its end', () => {
  const events = log()
  events.renewalFailed(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
  events.claimFailed(new Error('gone'), 100)
  events.claimFailed(new Error('gone'), 100)
  now += 5000
  events.listenerLost(new Error('gone'), 100)
  now += 1000
  events.outboxRead()
  events.outboxRead()
  expect(loud()).toEqual([
    {
      level: 'warn',
      message:
        'PostgreSQL is away: the lease could not be renewed; it is tried again (runbook relay-not-ready)',
      details: expect.objectContaining({ failures: { renewal: 1 } }),
    },
    {
      level: 'warn',
      message: 'PostgreSQL is still away: it is tried again (runbook relay-not-ready)',
      details: expect.objectContaining({ away_ms: 5000, failures: { claim: 2, 'wake-up': 1 } }),
    },
    { level: 'info', message: 'PostgreSQL is back', details: { away_ms: 6000 } },
  ])
})

it('speaks of no wake-up connection that is lost, for at a start there was none', () => {
  log().listenerLost(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }), 100)
  expect(loud()).toMatchObject([
    { message: expect.stringMatching(/^PostgreSQL is away: no connection hears the signals of commits;/) },
  ])
})

it('gives a connection that comes and goes no more lines', () => {
  const events = log()
  for (let times = 0; times < 10; times += 1) {
    now += 100
    events.claimFailed(new Error('gone'), 100)
    events.outboxRead()
  }
  expect(loud()).toHaveLength(2)
})

it('does not call away what refuses one statement', () => {
  const events = log()
  const refused = Object.assign(new Error('permission denied'), { code: '42501', severity: 'ERROR' })
  events.upkeepFailed(refused)
  events.outboxRead()
  expect(loud()).toMatchObject([{ message: 'upkeep failed: PostgreSQL refuses it, and it is tried again' }])
})

it('says of a statement that took too long that it did, and what to look at', () => {
  const message = 'canceling statement due to statement timeout'
  const cancelled = Object.assign(new Error(message), { code: '57014', severity: 'ERROR' })
  log().settleFailed(cancelled, 3)
  expect(loud()).toMatchObject([
    {
      message: expect.stringMatching(
        /^published rows could not be settled: the statement took longer.*pg_blocking_pids/,
      ),
      details: { rows: 3 },
    },
  ])
  expect(loud()[0]!.message).not.toMatch(/refuses|away/)
})

it('names a letter that the dead-letter topic refuses, once a cycle, and not as a topic that is missing', () => {
  const events = log()
  for (let n = 0; n < 20; n += 1) events.deadLetterRefused({ ...row, id: `outbox-${n}` }, 'INVALID_RECORD')
  expect(loud()).toMatchObject([
    {
      level: 'warn',
      details: {
        outbox_id: 'outbox-0',
        event_id: 'event-1',
        command_id: 'command-1',
        key: 'k',
        error: 'INVALID_RECORD',
      },
    },
  ])
  expect(loud()[0]!.message).not.toContain('topics --create')
})

it('shows where an error was thrown at debug level alone', () => {
  log('info').claimFailed(new Error('gone'), 100)
  log('debug').claimFailed(new Error('gone'), 100)
  expect(lines.map(({ details }) => Object.keys(details.error as object))).toEqual([
    ['name', 'message'],
    ['name', 'message', 'stack'],
  ])
})

it.each([
  ['unknown_topic', /the-events does not exist.*message-relay topics --create.*topic-lost/],
  ['topic_forbidden', /the-events.*ACL/],
  [
    'invalid_topic',
    /refuses to write to the events topic the-events, for its name.*EVENTS_TOPIC: it must not name/,
  ],
  [
    'not_enough_replicas',
    /the-events has fewer in-sync replicas.*brokers that are down.*min.insync.replicas/,
  ],
  ['leader_not_available', /the-events has no leader yet.*nothing is claimed until/],
  ['not_leader', /the-events is changing its leader/],
  ['broker_error', /does not take events \(broker_error\).*broker's log/],
  ['authentication', /KAFKA_SASL/],
  ['cluster_forbidden', /right on the cluster.*cluster's ACL/],
  ['connection', /the broker is away.*nothing is to be done here/],
])('says what to do about a broker that takes nothing: %s', (errorClass, message) => {
  const fault = { class: errorClass, message: 'no' }
  log().circuit({ state: 'open', since: 0, probeAt: 0, probes: 0, fault }, 'changed')
  expect(loud()).toMatchObject([
    { message: expect.stringMatching(message), details: { reason: `${errorClass}: no` } },
  ])
})

it('names the missing topic of a batch that was refused, too', () => {
  const fault = { class: 'unknown_topic', message: 'no such topic' }
  const refused = { ...row, topic: 'the-events' }
  log().published([{ row: refused, attempt: { kind: 'unavailable', fault, scope: 'broker' } }], 1)
  expect(loud()).toMatchObject([{ message: expect.stringContaining('the-events does not exist') }])
})

it('names the row’s own topic where that has no leader, and does not say that nothing is claimed', () => {
  const fault = { class: 'leader_not_available', message: 'no' }
  log().published([{ row, attempt: { kind: 'unavailable', fault, scope: 'topic' } }], 1)
  expect(loud()).toMatchObject([{ message: expect.stringMatching(/the topic t has no leader.*keep their/) }])
  expect(loud()[0]!.message).not.toMatch(/claimed|away/)
})

it('tells the first few events that FAILED with one class, and counts the others once a cycle', () => {
  const events = log()
  const fail = (id: string, errorClass = error.class) =>
    events.settled(
      [
        {
          row: { ...row, id },
          settlement: {
            kind: 'failed',
            attempts: 4,
            error: { ...error, class: errorClass },
            willRetry: false,
            holdsKey: false,
          },
        },
      ],
      1,
    )
  for (let n = 0; n < 5000; n += 1) fail(`outbox-${n}`)
  for (let n = 0; n < 250; n += 1) events.deadLettered(20)
  fail('another', 'invalid_topic')
  expect(loud()).toHaveLength(3 + 1 + 1)
  now += 5000
  events.outboxRead()
  expect(loud().slice(5)).toMatchObject([
    {
      level: 'error',
      message: expect.stringContaining('list --failed --class record_too_large'),
      details: { rows: 4997, error_class: 'record_too_large', outbox_id: 'outbox-3' },
    },
    { level: 'info', details: { rows: 249 * 20 } },
  ])
  events.outboxRead()
  expect(loud()).toHaveLength(7)
})

it('tells of the lanes, of the broker’s return and of what goes again', () => {
  const events = log()
  events.circuit({ state: 'closed' }, 'changed')
  events.setBack(3)
  events.lanesChanged({ gained: 1, lost: 0, released: 0, owned: 1, relays: 2 })
  events.notOurs(2)
  events.deadLettered(1)
  events.claimed([], 1)
  events.removed(1)
  events.wokenUp()
  events.renewed()
  events.outboxRead()
  events.unsettleable(row, new Error('refused'))
  expect(loud().map(({ level }) => level)).toEqual(['info', 'info', 'info', 'warn', 'info', 'error'])
})

it('cuts what a row says of itself: any service may write a key of a megabyte', () => {
  const events = log()
  const [key, eventId] = ['k'.repeat(1_200_000), 'e'.repeat(1_200_000)]
  const huge = { ...row, key, eventId, value: JSON.stringify({ metadata: { request_id: key } }) }
  const failed = { kind: 'failed', attempts: 4, error, willRetry: false, holdsKey: false } as const
  events.settled([{ row: huge, settlement: { ...failed, error: { ...error, message: key } } }], 1)
  events.unsettleable(huge, new Error('refused'))
  expect(loud()).toHaveLength(2)
  for (const { details } of loud()) {
    expect(details.key).toBe(`${'k'.repeat(200)}… (1200000 characters)`)
    expect(JSON.stringify(details).length).toBeLessThan(4000)
  }
})
