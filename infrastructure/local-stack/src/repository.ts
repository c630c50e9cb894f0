/** Where things are: the clone, the migration and the roles, and the cache that clones share. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The folder of the clone; `src` and `dist` lie equally deep. */
export const REPOSITORY_ROOT = resolve(__dirname, '../../..')

export const MIGRATION_FILE = join(
  REPOSITORY_ROOT,
  'infrastructure/docker/init/postgres/20-migration-event-sourcing.sql',
)

/** Run before the migration, statement by statement. */
export const LIVE_INDEXES_FILE = join(
  REPOSITORY_ROOT,
  'infrastructure/docker/init/postgres/10-indexes-of-a-live-database.sql',
)

export const ROLES_FILE = join(REPOSITORY_ROOT, 'infrastructure/docker/init/postgres/30-roles.sql')

/** Where a clone keeps what its stacks leave on disk. */
export const STACK_FOLDER = join(REPOSITORY_ROOT, '.stack')

/** The cache that all clones of this user share. */
export const sharedCacheFolder = (): string => {
  const base = process.env.XDG_CACHE_HOME
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.cache'), 'infinite-scribe')
}
