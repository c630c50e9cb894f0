/** What the results of several jest runs add up to, and which skips may be. */
import type { JestResults } from './jest-process'
import { judgeSkips, tally } from './tally'

const file = (
  name: string,
  status: string,
  tests: Record<string, string>,
): JestResults['testResults'][number] => ({
  name,
  status,
  message: '',
  assertionResults: Object.entries(tests).map(([fullName, its]) => ({ fullName, status: its })),
})

const run = (...testResults: JestResults['testResults'][number][]): JestResults => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults,
})

describe('the tally', () => {
  it('adds up all runs', () => {
    const sum = tally([
      run(file('a', 'passed', { one: 'passed', two: 'pending', three: 'todo' })),
      run(file('b', 'failed', { four: 'failed', five: 'passed' })),
    ])
    expect(sum).toEqual({ passed: 2, failed: 1, skipped: ['two', 'three'], failures: ['four'] })
  })

  it('counts a file that could not be run as a failure', () => {
    expect(tally([run(file('broken.test.ts', 'failed', {}))])).toMatchObject({
      failed: 1,
      failures: ['broken.test.ts'],
    })
  })
})

describe('skips', () => {
  const allowed = [{ test: 'The native (beta) provider *', because: 'no Java' }]

  it('may be when the list has them, a star standing for any text', () => {
    expect(judgeSkips(['The native (beta) provider stops'], allowed)).toEqual([
      { name: 'The native (beta) provider stops', because: 'no Java' },
    ])
  })

  it('may not be otherwise', () => {
    expect(judgeSkips(['Not The native (beta) provider stops'], allowed)[0]?.because).toBeUndefined()
  })
})
