/** Runs a pgbench script: the statements of one command without Node between them and PostgreSQL. */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { REPOSITORY_ROOT, StackRefusal } from '@infinite-scribe/local-stack'
import { bareEnvironment } from '../environment/bare-environment'
import { expectCount } from '../environment/bench-databases'
import type { Figures } from '../measure/statistics'
import { SESSIONS, WRITTEN } from '../seed/sessions'

const run = promisify(execFile)
const SCRIPTS = path.join(REPOSITORY_ROOT, 'infrastructure/bench/pgbench')
const DEBIAN_PROGRAMS = '/usr/lib/postgresql'

export interface PgbenchJob {
  readonly databaseUrl: string
  readonly script: 'plain-transaction' | 'one-cte'
  readonly clients: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

/** Runs a pgbench for the given arguments; the script's path is `{script}` in them. */
type Pgbench = (url: URL, script: string, args: readonly string[]) => Promise<string>

/**
 * Transactions a second and their mean latency, after a warm-up; the rows it wrote are counted.
 * @throws StackRefusal when there is no pgbench, with the package to install.
 */
export async function runPgbench(job: PgbenchJob): Promise<Figures> {
  const url = new URL(job.databaseUrl)
  const pgbench = await findPgbench(url)
  const script = path.join(SCRIPTS, `${job.script}.sql`)
  const args = (seconds: number) => [
    ...['--no-vacuum', '--protocol=prepared', '--max-tries=10', '--jobs=2'],
    ...['--client', String(job.clients), '--time', String(seconds)],
    ...['--define', `sessions=${SESSIONS}`, '--define', `clients=${job.clients}`],
  ]
  const warmUp = parse(await pgbench(url, script, args(job.warmUpSeconds)))
  const measured = parse(await pgbench(url, script, args(job.seconds)))
  const written = warmUp.transactions + measured.transactions
  for (const [what, counted] of Object.entries(WRITTEN)) {
    await expectCount(job.databaseUrl, `${what} after pgbench`, counted, written)
  }
  return { per_s: measured.perSecond, mean_ms: measured.meanMs, errors: warmUp.failed + measured.failed }
}

interface Parsed {
  readonly transactions: number
  readonly failed: number
  readonly perSecond: number
  readonly meanMs: number
}

function parse(output: string): Parsed {
  const number = (pattern: RegExp) => {
    const found = pattern.exec(output)?.[1]
    if (found === undefined) throw new Error(`pgbench said something else than expected:\n${output}`)
    return Number(found)
  }
  return {
    transactions: number(/transactions actually processed: (\d+)/),
    failed: number(/failed transactions: (\d+)/),
    perSecond: number(/tps = ([\d.]+)/),
    meanMs: number(/latency average = ([\d.]+) ms/),
  }
}

/**
 * This machine's, else that of the container whose PostgreSQL is meant.
 * @throws StackRefusal when there is none, with the package to install.
 */
export async function findPgbench(url: URL): Promise<Pgbench> {
  const local = await localPgbench()
  if (local) {
    return async (at, script, args) =>
      (await run(local, [...args, '--file', script, at.href], { env: environment() })).stdout
  }
  const container = await containerListeningOn(url.port)
  if (container) return inContainer(container)
  throw new StackRefusal(
    'The baseline needs pgbench: install the package postgresql-contrib (Debian, Ubuntu), postgresql-contrib (Fedora) ' +
      'or postgresql (Homebrew), or run PostgreSQL in a container, which has it.',
  )
}

/** REPEATABLE READ by default, as the connections of our gateway that send one statement have it. */
function environment(): NodeJS.ProcessEnv {
  return {
    ...bareEnvironment(),
    PGOPTIONS: '-c default_transaction_isolation=repeatable\\ read',
    LC_ALL: 'C',
  }
}

async function localPgbench(): Promise<string | undefined> {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  if (existsSync(DEBIAN_PROGRAMS)) {
    const versions = await readdir(DEBIAN_PROGRAMS)
    folders.push(
      ...versions
        .sort()
        .reverse()
        .map((version) => path.join(DEBIAN_PROGRAMS, version, 'bin')),
    )
  }
  return folders.map((folder) => path.join(folder, 'pgbench')).find((file) => existsSync(file))
}

async function containerListeningOn(port: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('docker', ['ps', '--filter', `publish=${port}`, '--format', '{{.ID}}'])
    const [first = ''] = stdout.trim().split('\n')
    return first === '' ? undefined : first
  } catch {
    return undefined
  }
}

function inContainer(container: string): Pgbench {
  return async (url, script, args) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'pgbench-'))
    try {
      await copyFile(script, path.join(folder, 'script.sql'))
      await run('docker', ['cp', path.join(folder, 'script.sql'), `${container}:/tmp/script.sql`])
    } finally {
      await rm(folder, { recursive: true })
    }
    const inside = new URL(url)
    inside.host = '127.0.0.1:5432'
    const { PGOPTIONS = '' } = environment()
    const command = ['pgbench', ...args, '--file', '/tmp/script.sql', inside.href]
    return (await run('docker', ['exec', '--env', `PGOPTIONS=${PGOPTIONS}`, container, ...command])).stdout
  }
}
