/** Runs jest as a child and reads its results. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { REPOSITORY_ROOT } from '@infinite-scribe/local-stack'

export interface JestResults {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numRuntimeErrorTestSuites: number
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

export interface JestRun {
  readonly projects: readonly string[]
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  readonly resultsFile: string
  readonly signal: AbortSignal
}

const jestProgram = (): string =>
  createRequire(join(REPOSITORY_ROOT, 'package.json')).resolve('jest/bin/jest')

/** Runs the projects; undefined when jest ended without results, or was interrupted. */
export const runJest = async (run: JestRun): Promise<JestResults | undefined> => {
  const child = spawn(
    process.execPath,
    [
      jestProgram(),
      '--selectProjects',
      ...run.projects,
      '--json',
      `--outputFile=${run.resultsFile}`,
      '--passWithNoTests',
      ...run.args,
    ],
    // The JSON goes to the file and to stdout as well; people read jest's report, which is on stderr.
    { cwd: REPOSITORY_ROOT, env: run.environment, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const interrupt = (): void => void child.kill('SIGTERM')
  if (run.signal.aborted) interrupt()
  run.signal.addEventListener('abort', interrupt, { once: true })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
  run.signal.removeEventListener('abort', interrupt)
  if (run.signal.aborted) return undefined
  try {
    return JSON.parse(readFileSync(run.resultsFile, 'utf8')) as JestResults
  } catch {
    return undefined
  }
}
