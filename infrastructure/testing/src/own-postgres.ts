/** Gives a test file a PostgreSQL server of its own, to be stopped, killed and started. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openProvider, RunFolder, type PostgresPart, type ProviderName } from '@infinite-scribe/local-stack'

/**
 * What this machine can start servers with; undefined where there is nothing, and tests that need one are skipped by
 * their names. The test runner found it, because a test's name must be known before anything can be awaited.
 */
export const ownServers = (process.env.TEST_STACK_PROVIDERS ?? '')
  .split(',')
  .find((name): name is ProviderName => name === 'native' || name === 'containers')

export interface OwnPostgres {
  readonly server: PostgresPart
  /** Ends the server and removes its data. */
  close(): Promise<void>
}

/** A running server, on which from now on this test file's databases are made. @throws when there can be none here. */
export async function openOwnPostgres(): Promise<OwnPostgres> {
  if (ownServers === undefined) throw new Error('there is nothing here to start PostgreSQL with')
  const folder = mkdtempSync(join(tmpdir(), 'own-postgres-'))
  const run = await RunFolder.open(join(folder, 'runs'), 'postgres')
  const provider = await openProvider(ownServers, run, {})
  const common = process.env.TEST_DATABASE_URL
  const close = async (): Promise<void> => {
    process.env.TEST_DATABASE_URL = common
    await provider.close()
    run.release()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await provider.postgres.start()
  } catch (error) {
    await close()
    throw error
  }
  process.env.TEST_DATABASE_URL = provider.postgres.adminUrl
  return { server: provider.postgres, close }
}
