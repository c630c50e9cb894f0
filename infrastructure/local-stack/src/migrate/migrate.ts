/** Applies migration and roles to a database, which it creates if it is told to, and tells what that did. */
import { readFile } from 'node:fs/promises'
import type { Client } from 'pg'
import { databaseOf, withDatabase } from '../external/external-provider'
import { MIGRATION_FILE } from '../repository'
import { isComingUp, withClient } from '../readiness/postgres-ready'
import { Hopeless, waitUntil } from '../wait-until'
import { compareCatalogs, readCatalog, type CatalogChange } from './catalog'
import { changeLiveIndexes } from './live-indexes'
import { oneAtATime } from './migration-lock'
import { applyRoles, GROUPS } from './roles'

export interface MigrationReport extends CatalogChange {
  readonly database: string
  readonly databaseCreated: boolean
  /** False where the user may not create roles and nobody made them before. */
  readonly rolesApplied: boolean
}

export interface MigrationOptions {
  /** A database that is not there is created; without it a misspelt name is a fault. */
  readonly createDatabase?: boolean
  /** How long to wait for a server that is still coming up. */
  readonly timeoutMs?: number
  /** Hears of each statement that may wait for long, before it is run. */
  readonly tell?: (statement: string) => void
  /** Is called when another migration of the same database is at work, whose end this one waits for. */
  readonly anotherRuns?: () => void
}

const NO_SUCH_DATABASE = '3D000'
/** Somebody else created it at the same time: named by the command, or by the catalog's own unique index. */
const DATABASE_EXISTS = new Set(['42P04', '23505'])
const COMING_UP_TIMEOUT_MS = 30_000

/** There is no database of the name that the connection string has. */
export class NoSuchDatabaseError extends Error {
  override readonly name = 'NoSuchDatabaseError'
  constructor(url: string) {
    super(`There is no database "${databaseOf(url)}" at ${new URL(url).host}`)
  }
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code

/** Creates the database through another one of the same server. True if it was this call that did. */
const createDatabase = async (url: string): Promise<boolean> => {
  const create = async (client: Client): Promise<void> => {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(databaseOf(url))}`)
  }
  try {
    await withClient(withDatabase(url, 'postgres'), create).catch((error: unknown) => {
      if (codeOf(error) !== NO_SUCH_DATABASE) throw error
      return withClient(withDatabase(url, 'template1'), create)
    })
    return true
  } catch (error) {
    if (DATABASE_EXISTS.has(codeOf(error) ?? '')) return false
    throw error
  }
}

/** Waits while the server is coming up; then true if the database had to be created. */
const ensureDatabase = (url: string, mayCreate: boolean, timeoutMs: number): Promise<boolean> =>
  waitUntil(
    'PostgreSQL',
    async () => {
      try {
        await withClient(url, (client) => client.query('SELECT 1'))
        return false
      } catch (error) {
        if (codeOf(error) === NO_SUCH_DATABASE) {
          if (mayCreate) return createDatabase(url)
          throw new Hopeless(new NoSuchDatabaseError(url))
        }
        if (isComingUp(error)) throw error
        throw new Hopeless(error as Error)
      }
    },
    { timeoutMs, intervalMs: 250 },
  )

/**
 * Changes the indexes of live tables, then applies the migration file and the roles file. Safe to repeat, at the same time as
 * others, and on a live database.
 * @throws {NoSuchDatabaseError} unless `createDatabase` is set.
 */
export const migrate = async (url: string, options: MigrationOptions = {}): Promise<MigrationReport> => {
  const { createDatabase: mayCreate = false, timeoutMs = COMING_UP_TIMEOUT_MS, tell } = options
  const { anotherRuns = () => undefined } = options
  const sql = await readFile(MIGRATION_FILE, 'utf8')
  const databaseCreated = await ensureDatabase(url, mayCreate, timeoutMs)
  return withClient(url, (client) => {
    const work = async (): Promise<MigrationReport> => {
      const before = await readCatalog(client)
      await changeLiveIndexes(client, tell)
      await client.query(sql)
      const rolesApplied = await applyRoles(url)
      const after = await readCatalog(client)
      return { database: databaseOf(url), databaseCreated, rolesApplied, ...compareCatalogs(before, after) }
    }
    return oneAtATime(client, work, anotherRuns)
  })
}

const ROLES_LEFT_OUT = `left out the roles ${GROUPS.join(' and ')}: this user may not create roles (see SECURITY.md)`

/** The report for people, line by line. */
export const describeMigration = (report: MigrationReport): string[] => {
  const lines = [
    ...(report.databaseCreated ? [`created database ${report.database}`] : []),
    ...report.created.map((name) => (name.startsWith('column ') ? `added ${name}` : `created ${name}`)),
    ...report.changed.map((name) => `changed ${name}`),
    ...(report.rolesApplied ? [] : [ROLES_LEFT_OUT]),
  ]
  return lines.length === 0 ? [`${report.database} is up to date: nothing to do`] : lines
}
