/** Databases of the benchmark's own: each measurement starts from a fresh copy of a seeded template. */
import { migrate } from '@infinite-scribe/local-stack'
import { Client } from 'pg'

export interface BenchDatabase {
  readonly name: string
  readonly url: string
  drop(): Promise<void>
}

/** Fills a database that was migrated. */
export type Seed = (client: Client) => Promise<void>

export class BenchDatabases {
  private readonly made = new Set<string>()
  private readonly templates = new Map<string, Promise<string>>()
  private number = 0

  constructor(private readonly adminUrl: string) {}

  /** A migrated database, filled by `seed`; the same `template` is seeded once and copied from then on. */
  async fresh(template: string, seed: Seed): Promise<BenchDatabase> {
    const source = this.templates.get(template) ?? this.seeded(seed)
    this.templates.set(template, source)
    const name = this.nextName()
    // Copying files, PostgreSQL makes a checkpoint before and after: every measurement begins right behind one.
    await this.administer(`CREATE DATABASE ${name} TEMPLATE ${await source} STRATEGY FILE_COPY`)
    return this.database(name)
  }

  /** A migrated, empty database. */
  async empty(): Promise<BenchDatabase> {
    return this.fresh('empty', () => Promise.resolve())
  }

  /** A database that is filled in place and not copied: for data too large to copy for every measurement. */
  async single(seed: Seed): Promise<BenchDatabase> {
    return this.database(await this.seeded(seed))
  }

  /** What is measured in place begins, like a fresh copy, right behind a checkpoint: making a database makes one. */
  async checkpoint(): Promise<void> {
    const database = await this.empty()
    await database.drop()
  }

  /** Removes a template that no further scenario needs. */
  async forget(template: string): Promise<void> {
    const name = await this.templates.get(template)
    this.templates.delete(template)
    if (name !== undefined) await this.database(name).drop()
  }

  async close(): Promise<void> {
    for (const name of this.made) await this.database(name).drop()
    this.templates.clear()
  }

  private async seeded(seed: Seed): Promise<string> {
    const name = this.nextName()
    await this.administer(`CREATE DATABASE ${name}`)
    const { url } = this.database(name)
    await migrate(url)
    await withClient(url, async (client) => {
      await seed(client)
      // Hint bits, visibility map and statistics are the template's, so that no measurement pays for them. Tables that
      // are empty are left out: the planner would take it for a fact, and read them whole when they have filled up.
      const { rows } = await client.query<{ tables: string | null }>(
        `SELECT string_agg(oid::regclass::text, ', ') AS tables FROM pg_class
          WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0`,
      )
      if (rows[0]?.tables) await client.query(`VACUUM ANALYZE ${rows[0].tables}`)
    })
    return name
  }

  private nextName(): string {
    const name = `bench_${process.pid}_${++this.number}`
    this.made.add(name)
    return name
  }

  private database(name: string): BenchDatabase {
    const url = new URL(this.adminUrl)
    url.pathname = `/${name}`
    return {
      name,
      url: url.href,
      drop: async () => {
        await this.administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
        this.made.delete(name)
      },
    }
  }

  private async administer(sql: string): Promise<void> {
    const url = new URL(this.adminUrl)
    url.pathname = '/postgres'
    await withClient(url.href, (client) => client.query(sql))
  }
}

/** Runs `use` on a connection of its own. */
export async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  // A server that ends the connection says so here; the query that was under way rejects.
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}

/** The first column of the first row, as a number. */
export function countOf(url: string, sql: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<[string]>({ text: sql, rowMode: 'array' })
    return Number(rows[0]?.[0])
  })
}

/** @throws unless the statement counts exactly `expected`. */
export async function expectCount(url: string, what: string, sql: string, expected: number): Promise<void> {
  const found = await countOf(url, sql)
  if (found !== expected) throw new Error(`${what}: ${expected} expected, ${found} found`)
}
