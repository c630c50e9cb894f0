/** Services that are told to end in the middle of their work: what was accepted is answered, what was sent is not sent again. */
import { Client } from 'pg'
import { openSessions, startCommandLoad, type CommandLoad } from '../command-load'
import { eventually } from '../eventually'
import { readTopicToEnd } from '../kafka'
import { startSystem } from '../running-system'

export interface LoadOfUsers {
  readonly users: number
  /** Between a user's answer and his next command. */
  readonly pauseMs: number
  /** Whether the load has become what it is to be when the signal comes. */
  readonly reached: (load: CommandLoad) => boolean
}

async function inSystem(
  test: (system: Awaited<ReturnType<typeof startSystem>>, sql: Client) => Promise<void>,
) {
  // A publish that outlasts its deadline is repeated, and the records are counted.
  const system = await startSystem({ relay: { RELAY_LEASE: '30', RELAY_PUBLISH_TIMEOUT: '10' } })
  const sql = new Client({ connectionString: system.database.url })
  try {
    await sql.connect()
    await test(system, sql)
  } finally {
    await sql.end()
    await system.close()
  }
}

/** A gateway leaves no command unanswered that it accepted, and accepts none that it refused. */
export const endGateway = ({ users, pauseMs, reached }: LoadOfUsers) =>
  inSystem(async ({ gateways: [gateway] }, sql) => {
    const load = startCommandLoad(await openSessions(gateway!.url, users), { pauseMs })
    await eventually(() => reached(load), 30_000)
    expect(await gateway!.process.stop('SIGTERM')).toBe(0)
    await load.stop()
    const { rows } = await sql.query<{ key: string }>('SELECT idempotency_key AS key FROM command_inbox')
    const answers = load.sent.filter(({ status }) => status === 200).map(({ key }) => key)
    expect(rows.map(({ key }) => key).sort()).toEqual(answers.sort())
    // The others were told so, or came to a closed door.
    const others = new Set(load.sent.map(({ status }) => status))
    for (const status of others) expect([0, 200, 503]).toContain(status)
  })

/** A relay sends nothing twice and leaves its lanes to the next one, which goes on where it ended. */
export const endRelay = ({ users, pauseMs, reached }: LoadOfUsers) =>
  inSystem(async (system, sql) => {
    const load = startCommandLoad(await openSessions(system.gateways[0]!.url, users), { pauseMs })
    await eventually(() => reached(load), 30_000)
    expect(await system.relays[0]!.process.stop('SIGTERM')).toBe(0)
    const { rowCount: kept } = await sql.query('SELECT FROM outbox_lanes WHERE owner IS NOT NULL')
    expect(kept).toBe(0)
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
