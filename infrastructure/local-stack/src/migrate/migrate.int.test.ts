/** The migration on a real server: from nothing, again, and on an older schema. */
import { randomUUID } from 'node:crypto'
import { withDatabase } from '../external/external-provider'
import { withClient } from '../readiness/postgres-ready'
import { describeMigration, migrate } from './migrate'

const admin = process.env.TEST_DATABASE_URL ?? ''
const database = `migrate_${randomUUID().replaceAll('-', '')}`
const url = withDatabase(admin, database)

afterAll(() =>
  withClient(admin, (client) => client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)),
)

describe('the migration', () => {
  it('refuses a database that is not there unless it is told to create it', async () => {
    await expect(migrate(url)).rejects.toThrow(`There is no database "${database}"`)
    const { rowCount } = await withClient(admin, (client) =>
      client.query('SELECT FROM pg_database WHERE datname = $1', [database]),
    )
    expect(rowCount).toBe(0)
  })

  it('creates the database and its tables when nothing is there, also when several try at once', async () => {
    const options = { createDatabase: true }
    const reports = await Promise.all([migrate(url, options), migrate(url, options), migrate(url, options)])
    expect(reports.filter(({ databaseCreated }) => databaseCreated)).toHaveLength(1)
    const created = reports.flatMap((report) => report.created)
    expect(created).toEqual(expect.arrayContaining(['table domain_events', 'table event_outbox']))
  }, 30_000)

  it('has nothing to do the second time', async () => {
    const report = await migrate(url)
    expect(report).toMatchObject({ databaseCreated: false, created: [], changed: [] })
    expect(describeMigration(report)).toEqual([`${database} is up to date: nothing to do`])
  })

  it('makes good what is missing, and names it', async () => {
    await withClient(url, (client) => client.query('DROP INDEX domain_events_of_correlation'))
    expect(describeMigration(await migrate(url))).toEqual(['created index domain_events_of_correlation'])
  })

  it('says at once what waiting would not mend', async () => {
    const wrong = new URL(url)
    wrong.password = 'wrong'
    await expect(migrate(wrong.href, { timeoutMs: 20_000 })).rejects.toThrow(/password/)
  })

  it('gives up on a server that does not come up', async () => {
    await expect(migrate('postgres://postgres:postgres@127.0.0.1:1/x', { timeoutMs: 300 })).rejects.toThrow(
      'ECONNREFUSED',
    )
  })
})
