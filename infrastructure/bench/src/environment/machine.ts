/** What the figures were measured on: machine, versions, commit. */
import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'
import { REPOSITORY_ROOT } from '@infinite-scribe/local-stack'
import { Client } from 'pg'
import type { Servers } from './servers'

export interface Surroundings {
  readonly machine: { cpu: string; cores: number; memory_gb: number; kernel: string; provider: string }
  readonly versions: { node: string; postgresql: string; kafkajs: string; pg: string }
  /** The commit that was measured; ends in `+` when files were changed since. */
  readonly commit: string
}

export async function surroundings(servers: Servers): Promise<Surroundings> {
  const client = new Client({ connectionString: servers.adminUrl })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
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
      postgresql: rows[0]?.server_version ?? 'unknown',
      kafkajs: versionOf('kafkajs'),
      pg: versionOf('pg'),
    },
    commit: commit(),
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
