/** What the relay shows of itself, from the first scrape on. */
import { Registry } from 'prom-client'
import type { ClaimedRow } from '../pipeline/ports'
import type { RelayEvents } from '../relay-events'
import type { Backlog } from '../outbox/backlog'
import { BacklogLook } from './backlog-look'
import { relayMetrics } from './metrics'

function observed(backlog: () => Promise<Backlog> = () => Promise.reject(new Error('away'))) {
  const registry = new Registry()
  const look = new BacklogLook(backlog, 1000)
  const events: RelayEvents = relayMetrics(registry, {
    backlog: () => look.figures(),
    lanesOwned: () => 32,
    faultClasses: ['record_too_large'],
  })
  const lines = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('message_relay'))
  return { events, lines }
}
const row = (writtenAtMs: number) => ({ writtenAtMs }) as ClaimedRow
const error = { class: 'record_too_large', message: '', attempts: [] }

it('shows the backlog as it is at each scrape, for one look at the outbox, and nothing where there is none', async () => {
  const looks = [
    { pending: 7, parked: 3, oldestDueSeconds: 1.5, blocking: 1, undecided: 5 },
    { pending: 8, parked: 4, oldestDueSeconds: 2.5, blocking: 2, undecided: 6 },
  ]
  const backlog = jest.fn(() => Promise.resolve(looks.shift()!))
  const { lines } = observed(backlog)
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'message_relay_pending_rows 7',
      'message_relay_parked_rows 3',
      'message_relay_blocking_rows 1',
      'message_relay_undecided_rows 5',
      'message_relay_oldest_due_age_seconds 1.5',
      'message_relay_backlog_readable 1',
      'message_relay_lanes_owned 32',
    ]),
  )
  expect(await lines()).toContain('message_relay_oldest_due_age_seconds 2.5')
  expect(backlog).toHaveBeenCalledTimes(2)
  backlog.mockRejectedValue(new Error('PostgreSQL is away'))
  const blind = await lines()
  expect(blind).toContain('message_relay_backlog_readable 0')
  expect(blind.join('\n')).not.toMatch(
    /_(pending|parked|blocking|undecided)_rows \d|oldest_due_age_seconds \d/,
  )
})

it('counts a row that stays PENDING for good', async () => {
  const { events, lines } = observed()
  const counter = 'message_relay_unsettleable_rows_total'
  expect(await lines()).toContain(`${counter} 0`)
  events.unsettleable(row(0), new Error('refused'))
  expect(await lines()).toContain(`${counter} 1`)
})

it('counts from zero what may wake someone', async () => {
  const { events, lines } = observed()
  const failed = 'message_relay_failed_rows_total{class="record_too_large",will_retry="false"}'
  const errors = 'message_relay_database_errors_total{step="settle"}'
  expect(await lines()).toEqual(expect.arrayContaining([`${failed} 0`, `${errors} 0`]))
  events.settled(
    [{ row: row(0), settlement: { kind: 'failed', attempts: 4, error, willRetry: false, holdsKey: false } }],
    1,
  )
  events.settleFailed(new Error('away'), 1)
  expect(await lines()).toEqual(expect.arrayContaining([`${failed} 1`, `${errors} 1`]))
})

it('counts how often the circuit opens, and not each trial of one outage', async () => {
  const { events, lines } = observed()
  const fault = { class: 'timeout', message: 'x' }
  const open = { state: 'open', since: 0, probeAt: 0, probes: 0, fault } as const
  const halfOpen = { state: 'half_open', since: 0 } as const
  const openings = 'message_relay_circuit_openings_total'
  events.circuit(halfOpen, 'changed')
  events.circuit({ state: 'closed' }, 'changed')
  expect(await lines()).toContain(`${openings} 0`)
  for (const circuit of [open, halfOpen, open, halfOpen, { state: 'closed' } as const, open])
    events.circuit(circuit, 'changed')
  expect(await lines()).toContain(`${openings} 2`)
})

it('measures how long those rows waited that were sent', async () => {
  const { events, lines } = observed()
  const sent = { kind: 'sent', partition: 0, offset: '0' } as const
  events.published(
    [
      { row: row(Date.now() - 2_000), attempt: sent },
      { row: row(Date.now() + 60_000), attempt: sent },
      { row: row(0), attempt: { kind: 'withheld' } },
    ],
    1,
  )
  const now = await lines()
  expect(now).toEqual(
    expect.arrayContaining([
      'message_relay_outbox_wait_seconds_count 2',
      'message_relay_outbox_wait_seconds_bucket{le="0.005"} 1',
      'message_relay_outbox_wait_seconds_bucket{le="10"} 2',
      'message_relay_published_rows_total 2',
    ]),
  )
})

it('names its metrics as Prometheus wants them: base units, and _total for what only grows', async () => {
  const registry = new Registry()
  relayMetrics(registry, {
    backlog: () => Promise.resolve(undefined),
    lanesOwned: () => 0,
    faultClasses: [],
  })
  const ours = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith('message_relay'))
  expect(ours.length).toBeGreaterThan(10)
  for (const { name, type } of ours) {
    expect(name).toMatch(/^message_relay_[a-z_]+$/)
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|kb|mb)(_|$)/)
    expect(String(type) === 'counter').toBe(name.endsWith('_total'))
    if (String(type) === 'histogram') expect(name).toMatch(/_seconds$/)
  }
})
