/** What the figures were measured on: machine, versions, commit. */
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { REPOSITORY_ROOT, StackRefusal } from '@infinite-scribe/local-stack'
import { Client } from 'pg'
import type { Servers } from './servers'

export interface Surroundings {
  readonly machine: { cpu: string; cores: number; memory_gb: number; kernel: string; provider: string }
  readonly versions: { node: string; postgresql: string; kafkajs: string; pg: string }
  /** The commit that was measured; ends in `+` when files were changed since. */
  readonly commit: string
  /** When the call began that measured it: the scenarios of one call share it. */
  readonly begun_at: string
}

/** Without them commits cost less than anybody's who keeps his rows. */
const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes']

/** @throws {StackRefusal} where PostgreSQL's commits are not durable */
export async function surroundings(servers: Servers): Promise<Surroundings> {
  const client = new Client({ connectionString: servers.adminUrl })
  await client.connect()
  const { rows } = await client.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name = 'server_version' OR name = ANY ($1)`,
    [DURABLE],
  )
  await client.end()
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
  const off = DURABLE.filter((name) => settings.get(name) !== 'on')
  if (off.length > 0)
    throw new StackRefusal(`PostgreSQL promises less than is measured: ${off.join(', ')} is not on`)
  return {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memory_gb: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      provider: servers.provider,
    },
    versions: {
      node: process.versions.node,
      postgresql: settings.get('server_version') ?? 'unknown',
      kafkajs: versionOf('kafkajs'),
      pg: versionOf('pg'),
    },
    commit: commit(),
    begun_at: new Date().toISOString(),
  }
}

function versionOf(name: string): string {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a JSON file beside the package's code
  return (require(`${name}/package.json`) as { version: string }).version
}

/** What an earlier run wrote is no change of what is measured. */
const WRITTEN_BY_RUNS = [':!infrastructure/bench/RESULTS.md', ':!infrastructure/bench/results']

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: REPOSITORY_ROOT, encoding: 'utf8' }).trim()
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ...WRITTEN_BY_RUNS) !== ''
    return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '')
  } catch {
    return 'unknown'
  }
}
