/** The Docker engine of the container tests, where one answers. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const PROBE_TIMEOUT_MS = 5_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Whether a Docker engine answers; the tests that need one are skipped by name where none does. */
export const engineAnswers = answers(['version', '--format', '{{.Server.Version}}'])

/** Whether `docker compose` is there too, of whichever generation. */
export const composeAnswers = engineAnswers && answers(['compose', 'version'])

function answers(args: readonly string[]): boolean {
  try {
    execFileSync('docker', args, { stdio: 'ignore', timeout: PROBE_TIMEOUT_MS })
    return true
  } catch {
    return false
  }
}

export interface DockerOptions {
  readonly cwd?: string
  /** Added to this process's own environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** 60 s unless given. */
  readonly timeoutMs?: number
}

/**
 * What `docker <args>` prints on stdout, trimmed.
 * @throws when it ends with another exit code than 0; the error shows both its outputs
 */
export async function docker(args: readonly string[], options: DockerOptions = {}): Promise<string> {
  const { cwd, environment, timeoutMs = 60_000 } = options
  try {
    const { stdout } = await execute('docker', args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...environment },
      timeout: timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
    })
    return stdout.trim()
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout?: string; stderr?: string; code?: unknown }
    const output = [stdout, stderr].join('\n').trim().split('\n').slice(-40).join('\n')
    throw new Error(`docker ${args.join(' ')} failed (${String(code)}):\n${output}`, { cause: error })
  }
}

/** One field of `docker inspect`, parsed, such as `.State.Health.Status`. */
export async function inspect<T>(thing: string, field: string): Promise<T> {
  return JSON.parse(await docker(['inspect', '--format', `{{json ${field}}}`, thing])) as T
}

/** Everything that a container has written, its stdout before its stderr. */
export async function logsOf(container: string): Promise<string> {
  const { stdout, stderr } = await execute('docker', ['logs', container], { maxBuffer: MAX_OUTPUT_BYTES })
  return stdout + stderr
}
