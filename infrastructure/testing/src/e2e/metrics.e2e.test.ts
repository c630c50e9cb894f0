/** Every query of the alerts and of the dashboard finds what it asks for in what both running services show. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { ApiUser, eventually, startSystem, type RunningSystem } from '@infinite-scribe/testing'
import { exposedSeries, notExposed, type ExposedSeries } from '../observability/exposed-series.kit.test'
import { alertRules, dashboardQueries } from '../observability/operator-files.kit.test'
import { readQuery } from '../observability/promql.kit.test'

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-/

let system: RunningSystem
let gateway: string
let relay: string
let series: ExposedSeries

const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text()

/** One of each that may happen: what never happened has no series. */
async function makeFigures(): Promise<void> {
  const user = new ApiUser(system.gateways[0]!.url, 'counted')
  const session = await user.openSession()
  const key = { 'idempotency-key': randomUUID() }
  for (const command of ['RequestConceptGeneration', 'RequestConceptGeneration', 'SubmitFeedback', 'Unheard'])
    await user.command(session, command, {})
  for (let again = 0; again < 2; again++) await user.command(session, 'ConfirmStage', {}, key)
  await fetch(`${user.url}/nowhere/${session}`)

  const sql = new Client({ connectionString: system.database.url })
  await sql.connect()
  const insert = 'INSERT INTO event_outbox (topic, key, payload) VALUES ($1, $2, $3)'
  for (const topic of ['no topic', `missing-${session}`])
    await sql.query(insert, [topic, randomUUID(), { event_id: randomUUID() }])
  await sql.end()
}

beforeAll(async () => {
  system = await startSystem()
  await makeFigures()
  await eventually(async () => {
    relay = await scrape(system.relays[0]!.url)
    return (
      relay.includes('retries_total{') &&
      relay.includes('failed_rows_total{class="invalid_topic",will_retry="false"} 1')
    )
  }, 30_000)
  gateway = await scrape(system.gateways[0]!.adminUrl)
  series = exposedSeries(gateway, relay)
})
afterAll(() => system.close())

test.each(alertRules().map(({ alert, expr }) => [alert, expr]))('the alert %s', async (_, expr) => {
  expect(notExposed(await readQuery(expr), series)).toEqual([])
})

test.each(dashboardQueries().map(({ panel, query }) => [panel, query]))(
  'the panel "%s": %s',
  async (_, query) => {
    expect(notExposed(await readQuery(query), series)).toEqual([])
  },
)

test.each([
  ['unheard_of_total', ['unheard_of_total']],
  ['rate(http_request_duration_seconds_count{path="/"}[1m])', ['http_request_duration_seconds_count{path}']],
  ['message_relay_circuit_state{state="broken"}', ['message_relay_circuit_state{state="broken"}']],
  ['sum by (topic) (message_relay_pending_rows)', ['by (topic)']],
])('a query that asks for what nobody shows is found out: %s', async (query, faults) => {
  expect(notExposed(await readQuery(query), series)).toEqual(faults)
})

test('the gateway counts by route, by command and by what became of it', () => {
  const labels = (name: string, label: string) => [...(series.get(name)?.get(label) ?? [])].sort()
  expect(labels('api_gateway_command_duration_seconds_count', 'command_type')).toEqual([
    'ConfirmStage',
    'RequestConceptGeneration',
    'SubmitFeedback',
    'unsupported',
  ])
  expect(labels('api_gateway_command_duration_seconds_count', 'outcome')).toEqual([
    'accepted',
    'refused',
    'replayed',
  ])
  expect(labels('api_gateway_command_errors_total', 'error_code')).toEqual([
    'DUPLICATE_COMMAND',
    'UNSUPPORTED_COMMAND_TYPE',
  ])
  expect(labels('http_request_duration_seconds_count', 'route')).toContain('unmatched')
  expect(gateway).toMatch(/^api_gateway_database_pool_max_connections 10$/m)
  expect(gateway).toMatch(/^api_gateway_transaction_retries_total\{reason="write_conflict"\} \d+$/m)
})

test('the relay shows what its own faults may be from the start, and how long rows waited', () => {
  expect(relay).toMatch(/failed_rows_total\{class="record_too_large",will_retry="false"\} 0/)
  expect(relay).toMatch(/outbox_wait_seconds_count [1-9]/)
  expect(relay).toMatch(/^message_relay_lanes_owned 64$/m)
  expect(relay).toMatch(/^message_relay_database_pool_max_connections 4$/m)
})

test('nothing that clients choose is a label', () => {
  expect(gateway).not.toMatch(UUID)
  expect(relay).not.toMatch(UUID)
  expect(gateway).not.toContain('Unheard')
  expect(series.size).toBeLessThan(250)
})
