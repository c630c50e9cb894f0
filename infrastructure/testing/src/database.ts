/** Gives a test file a migrated PostgreSQL database of its own, copied from a template. */
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { applyRoles, MIGRATION_FILE, ROLES_FILE } from '@infinite-scribe/local-stack'
import { Client } from 'pg'

const TEMPLATE_LOCK = 611_953
const LOOKS_AT_CONNECTIONS = 20
const BETWEEN_LOOKS_MS = 50
/** Members of one group each, with no right of their own: what the services of the tests log in as. */
const LOGINS = { gateway: 'genesis_gateway', relay: 'genesis_relay' } as const
const LOGIN_PASSWORD = 'test'

export interface TestDatabase {
  readonly name: string
  /** As its owner, for the test itself. */
  readonly url: string
  /** As the gateway is to log in: with the least privileges. */
  readonly gatewayUrl: string
  /** As the relay and its operators are to log in: with the least privileges. */
  readonly relayUrl: string
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>
}

/**
 * A new, migrated, empty database on the server of TEST_DATABASE_URL.
 * @throws when TEST_DATABASE_URL is not set: the test runner (`npm test`) sets it.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = await ensureTemplate()
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  await withClient(adminUrl(), (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`))
  const urlAs = (user?: string): string => {
    const url = new URL(adminUrl())
    url.pathname = `/${name}`
    if (user !== undefined) {
      url.username = `test_${user}`
      url.password = LOGIN_PASSWORD
    }
    return url.href
  }
  return {
    name,
    url: urlAs(),
    gatewayUrl: urlAs(LOGINS.gateway),
    relayUrl: urlAs(LOGINS.relay),
    drop: async () => {
      await withClient(adminUrl(), async (admin) => {
        await untilLeft(admin, name)
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      })
    },
  }
}

// A pool that was closed is gone from the server a moment later; cut off before, it reports a fault to nobody.
async function untilLeft(admin: Client, database: string): Promise<void> {
  for (let look = 0; look < LOOKS_AT_CONNECTIONS; look++) {
    const { rowCount } = await admin.query('SELECT FROM pg_stat_activity WHERE datname = $1', [database])
    if (!rowCount) return
    await delay(BETWEEN_LOOKS_MS)
  }
}

/** The connection string of the server's administrator, as the test runner set it. */
export function adminUrl(): string {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('TEST_DATABASE_URL is not set: run the tests with `npm test`')
  return url
}

let template: Promise<string> | undefined

function ensureTemplate(): Promise<string> {
  return (template ??= createTemplate())
}

async function createTemplate(): Promise<string> {
  const migration = readFileSync(MIGRATION_FILE, 'utf8')
  const schema = createHash('sha256').update(migration).update(readFileSync(ROLES_FILE)).digest('hex')
  const name = `template_${schema.slice(0, 16)}`
  await withClient(adminUrl(), async (admin) => {
    // Test files run in several processes: one makes the template, the others wait for it.
    await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const ready = await admin.query('SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn', [name])
    if (ready.rowCount) return
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    await admin.query(`CREATE DATABASE ${name}`)
    const url = new URL(adminUrl())
    url.pathname = `/${name}`
    await withClient(url.href, (client) => client.query(migration))
    if (!(await applyRoles(url.href))) throw new Error('the user of TEST_DATABASE_URL may not create roles')
    for (const group of Object.values(LOGINS)) await ensureLogin(admin, group)
    // Nobody may connect: CREATE DATABASE … TEMPLATE fails while somebody is connected to the template.
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  })
  return name
}

/** A login is the cluster's and outlives the run on a server of somebody else's. */
async function ensureLogin(admin: Client, group: string): Promise<void> {
  const login = `test_${group}`
  const found = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [login])
  if (!found.rowCount) {
    await admin.query(`CREATE ROLE ${login} LOGIN PASSWORD '${LOGIN_PASSWORD}' IN ROLE ${group}`)
  }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
