/** Services that are told to end in the middle of their work: what was accepted is answered, what was sent is not sent again. */
import { Client } from 'pg'
import { openSessions, startCommandLoad } from '../command-load'
import { eventually } from '../eventually'
import { readTopicToEnd } from '../kafka'
import { startSystem, type RunningSystem } from '../running-system'

const USERS = 50
/** With fifty users, five hundred commands a second where the machine can. */
const PAUSE_MS = 60

let system: RunningSystem
let sql: Client
beforeEach(async () => {
  // A publish that outlasts its deadline is repeated, and the records are counted.
  system = await startSystem({ relay: { RELAY_LEASE: '30', RELAY_PUBLISH_TIMEOUT: '10' } })
  sql = new Client({ connectionString: system.database.url })
  await sql.connect()
})
afterEach(async () => {
  await sql.end()
  await system.close()
})

const accepted = async (): Promise<string[]> => {
  const { rows } = await sql.query<{ key: string }>('SELECT idempotency_key AS key FROM command_inbox')
  return rows.map(({ key }) => key).sort()
}

it('a gateway leaves no command unanswered that it accepted, and accepts none that it refused', async () => {
  const [gateway] = system.gateways
  const load = startCommandLoad(await openSessions(gateway!.url, USERS), PAUSE_MS)
  await eventually(() => load.sent.length > 500, 30_000)
  expect(await gateway!.process.stop('SIGTERM')).toBe(0)
  await load.stop()
  const answers = load.sent.filter(({ status }) => status === 200).map(({ key }) => key)
  expect(await accepted()).toEqual(answers.sort())
  // The others were told so, or came to a closed door.
  const others = new Set(load.sent.map(({ status }) => status))
  for (const status of others) expect([0, 200, 503]).toContain(status)
})

it('a relay sends nothing twice, and the next one goes on where it ended', async () => {
  const [gateway] = system.gateways
  const [relay] = system.relays
  const load = startCommandLoad(await openSessions(gateway!.url, USERS), PAUSE_MS)
  await eventually(() => load.sent.length > 300, 30_000)
  expect(await relay!.process.stop('SIGTERM')).toBe(0)
  await load.stop()
  await system.startRelay()
  await eventually(async () => {
    const { rowCount } = await sql.query(`SELECT FROM event_outbox WHERE status <> 'SENT' LIMIT 1`)
    return rowCount === 0
  }, 30_000)
  const records = await readTopicToEnd(system.topic)
  const ids = records.map(({ value }) => (JSON.parse(value ?? '{}') as { event_id: string }).event_id)
  expect(new Set(ids).size).toBe(ids.length)
  const { rows } = await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM domain_events')
  expect(ids).toHaveLength(rows[0]!.n)
})
