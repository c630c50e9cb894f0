/** Finds the account that PostgreSQL runs under, and folders that this account can reach. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ServerAccount {
  readonly uid: number
  readonly gid: number
}

const idOf = (user: string, flag: '-u' | '-g'): number =>
  Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))

/**
 * PostgreSQL refuses to run as root, so root lends it another account: `postgres` where there is one, else
 * `nobody`. Undefined for an ordinary user, who runs it himself.
 */
export const serverAccount = (): ServerAccount | undefined => {
  if (process.getuid?.() !== 0) return undefined
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: idOf(user, '-u'), gid: idOf(user, '-g') }
    } catch {
      // The next one.
    }
  }
  throw new Error('PostgreSQL cannot run as root and this machine has neither a user postgres nor nobody')
}

/** Whether the account can enter this folder, as the kernel sees it. */
export const canReach = (account: ServerAccount | undefined, folder: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -x "$0"', folder], { cwd: '/', ...account }).status === 0

/** Kafka reads its settings as a Java properties file, where these characters alone are what they seem. */
const SAFE_PATH = /^[A-Za-z0-9 ._/+@~()=-]+$/

/** A name that stands for a path, for places outside the clone. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12)

/**
 * Where the servers of a run keep their data: the wanted folder if both servers can work there, else a folder
 * of the system's temporary space that belongs to it.
 */
export const homeFor = (wanted: string, account: ServerAccount | undefined): string => {
  mkdirSync(wanted, { recursive: true })
  if (SAFE_PATH.test(wanted) && canReach(account, wanted)) return wanted
  const elsewhere = join(tmpdir(), `infinite-scribe-${String(process.getuid?.() ?? 0)}-${shortHash(wanted)}`)
  mkdirSync(elsewhere, { recursive: true })
  chmodSync(elsewhere, 0o755)
  return elsewhere
}
