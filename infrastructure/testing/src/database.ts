/** Gives a test file a migrated PostgreSQL database of its own, copied from a template. */
import { createHash, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { repositoryRoot } from './repository-root'

const MIGRATION = path.join(
  repositoryRoot,
  'infrastructure/docker/init/postgres/20-migration-event-sourcing.sql',
)
const TEMPLATE_LOCK = 611_953
const LOOKS_AT_CONNECTIONS = 20
const BETWEEN_LOOKS_MS = 50

export interface TestDatabase {
  readonly name: string
  readonly url: string
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
  const url = new URL(adminUrl())
  url.pathname = `/${name}`
  return {
    name,
    url: url.href,
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
  const migration = readFileSync(MIGRATION, 'utf8')
  const name = `template_${createHash('sha256').update(migration).digest('hex').slice(0, 16)}`
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
    // Nobody may connect: CREATE DATABASE … TEMPLATE fails while somebody is connected to the template.
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  })
  return name
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
