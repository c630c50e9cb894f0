/** The log: what an operator reads at three in the morning, and how little of it in an outage. */
import { createLogger, type Logger } from '@infinite-scribe/service-kit'
import type { ClaimedRow } from './pipeline/ports'
import { relayLog } from './relay-log'

let lines: { level: string; message: string; details: Record<string, unknown> }[]
let now: number

const log = (): ReturnType<typeof relayLog> => {
  const target: Logger = createLogger('test', 'debug')
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    target[level] = ((message: string, details: Record<string, unknown>) =>
      lines.push({ level, message, details })) as never
  }
  return relayLog(target, () => now)
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
  const open = { state: 'open', since: 0, probeAt: 0, probes: 0, reason: 'ECONNREFUSED' } as const
  const fault = { class: 'connection', message: 'gone' }
  for (let second = 0; second < 20; second += 1) {
    now += 1000
    events.circuit(open, 'probe_failed')
    events.published([{ row, attempt: { kind: 'unavailable', fault, scope: 'broker' } }], 1)
    events.claimFailed(new Error('x'), 100)
    events.settleFailed(new Error('x'), 3)
    events.renewalFailed(new Error('x'))
    events.upkeepFailed(new Error('x'))
    events.listenerLost(new Error('x'), 100)
    events.deadLettersWait(3, 'no such topic')
  }
  expect(loud()).toHaveLength(7 * 4)
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
  events.unsettleable(row, new Error('refused'))
  expect(loud().map(({ level }) => level)).toEqual(['info', 'info', 'info', 'warn', 'info', 'error'])
})
