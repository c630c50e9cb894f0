/** The roles file on a real server: from several databases at once, again, and by those who may not. */
import { randomUUID } from 'node:crypto'
import { withDatabase } from '../external/external-provider'
import { withClient } from '../readiness/postgres-ready'
import { describeMigration, migrate } from './migrate'
import { applyRoles } from './roles'

const admin = process.env.TEST_DATABASE_URL ?? ''
const nameOf = (part: number) => `roles_${part}_${randomUUID().replaceAll('-', '').slice(0, 12)}`
const databases = [nameOf(1), nameOf(2), nameOf(3)]
const urls = databases.map((name) => withDatabase(admin, name))
const url = urls[0]!
const stranger = nameOf(4)

const asStranger = (address: string): string => {
  const changed = new URL(address)
  changed.username = stranger
  changed.password = 'test'
  return changed.href
}

beforeAll(async () => {
  for (const each of urls) await migrate(each, { createDatabase: true })
  await withClient(admin, (client) => client.query(`CREATE ROLE ${stranger} LOGIN PASSWORD 'test'`))
}, 60_000)

afterAll(() =>
  withClient(admin, async (client) => {
    for (const name of databases) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await client.query(`DROP ROLE ${stranger}`)
  }),
)

it('can be applied from several databases of a cluster at once', async () => {
  const tries = Array.from({ length: 10 }, () => urls.map((each) => applyRoles(each))).flat()
  expect(new Set(await Promise.all(tries))).toEqual(new Set([true]))
})

it('takes back what the file does not grant, and says so', async () => {
  await withClient(url, (client) =>
    client.query(
      'GRANT DELETE ON domain_events TO genesis_relay; GRANT UPDATE (key) ON event_outbox TO genesis_relay',
    ),
  )
  expect(describeMigration(await migrate(url))).toEqual(['changed role genesis_relay'])
  const { rows } = await withClient(url, (client) =>
    client.query(
      `SELECT has_table_privilege('genesis_relay', 'domain_events', 'DELETE') AS removes,
              has_column_privilege('genesis_relay', 'event_outbox', 'key', 'UPDATE') AS changes`,
    ),
  )
  expect(rows).toEqual([{ removes: false, changes: false }])
})

it('leaves what an older file granted only where this one does', async () => {
  const grants = () =>
    withClient(url, async (client) => {
      const { rows } = await client.query<{ held: string }>(
        `SELECT (SELECT string_agg(relname || ' ' || coalesce(relacl::text, ''), ',' ORDER BY relname) FROM pg_class
                  WHERE relnamespace = 'public'::regnamespace) ||
                (SELECT string_agg(attrelid::regclass || '.' || attname || ' ' || attacl::text, ','
                                   ORDER BY attrelid, attnum) FROM pg_attribute WHERE attacl <> '{}') ||
                (SELECT datacl::text FROM pg_database WHERE datname = current_database()) AS held`,
      )
      return rows[0]?.held
    })
  const before = await grants()
  await withClient(url, (client) =>
    client.query(
      `GRANT INSERT ON genesis_sessions, command_inbox, async_tasks, domain_events, stream_tickets TO genesis_gateway;
       GRANT SELECT, INSERT (created_at) ON event_outbox TO genesis_gateway;
       GRANT TEMPORARY ON DATABASE ${databases[0]} TO PUBLIC`,
    ),
  )
  expect(await grants()).not.toBe(before)
  await migrate(url)
  expect(await grants()).toBe(before)
})

it('grants to groups that are there by the owner of the tables, who may create no role', async () => {
  await withClient(admin, (client) => client.query(`ALTER DATABASE ${databases[1]} OWNER TO ${stranger}`))
  const theirs = urls[1]!
  await withClient(theirs, (client) =>
    client.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION ${stranger}`),
  )
  const report = await migrate(asStranger(theirs))
  expect(report.rolesApplied).toBe(true)
  expect(report.changed).toEqual(['role genesis_gateway', 'role genesis_relay'])
  expect(describeMigration(await migrate(asStranger(theirs)))).toHaveLength(1)
})

it('is left out, in so many words, where there are no groups and the user may not create them', () => {
  const report = { database: 'd', databaseCreated: false, rolesApplied: false, created: [], changed: [] }
  expect(describeMigration(report)).toEqual([
    'left out the roles genesis_gateway and genesis_relay: this user may not create roles (see SECURITY.md)',
  ])
})
