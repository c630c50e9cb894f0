/** Adds up the results of several jest runs, and judges the tests that were skipped. */
import type { JestResults } from './jest-process'

export interface Tally {
  readonly passed: number
  readonly failed: number
  /** Full names of the tests that did not run. */
  readonly skipped: readonly string[]
  /** Full names of the tests that failed, and the files that could not be run. */
  readonly failures: readonly string[]
}

const SKIPPED = new Set(['pending', 'skipped', 'disabled', 'todo'])

export const tally = (runs: readonly JestResults[]): Tally => {
  const files = runs.flatMap(({ testResults }) => testResults)
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  // A file that fails before its first test has no failed test to show for it.
  const brokenFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const failures = [
    ...tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ...brokenFiles.map(({ name }) => name),
  ]
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failures.length,
    skipped: tests.filter(({ status }) => SKIPPED.has(status)).map(({ fullName }) => fullName),
    failures,
  }
}

/** A test that may be skipped, and why; a `*` in the name stands for any text. */
export interface AllowedSkip {
  readonly test: string
  readonly because: string
}

const matches = (pattern: string, name: string): boolean => {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*')
  return new RegExp(`^${source}$`, 's').test(name)
}

/** The skipped tests with the reason why they may be; without one they may not. */
export const judgeSkips = (
  skipped: readonly string[],
  allowed: readonly AllowedSkip[],
): { readonly name: string; readonly because: string | undefined }[] =>
  skipped.map((name) => ({ name, because: allowed.find(({ test }) => matches(test, name))?.because }))
