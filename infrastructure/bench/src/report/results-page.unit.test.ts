import type { Outcome, Scenario } from '../scenario'
import { entryOf, type Entry } from './entries'
import { lastRuns, withRuns } from './kept-results'
import { reasonsIn } from './reasons'
import { resultsPage } from './results-page'

const WHERE = {
  machine: { cpu: 'some', cores: 2, memory_gb: 8, kernel: '6', provider: 'native' },
  versions: { node: '20', postgresql: '16', kafkajs: '2', pg: '8' },
  begun_at: '2026-01-02T03:04:05.000Z',
}

/** A run of a scenario at a commit that reached `ratio` of 0.6. */
function run(name: string, commit: string, ratio: number, more: Partial<Outcome> = {}): Entry {
  const scenario: Scenario = { name, title: 'rows', run: () => Promise.reject(new Error('not run')) }
  const outcome: Outcome = {
    ours: { per_s: 30 },
    baselines: { kafkajs: { per_s: 60 } },
    checks: [{ name: 'kafkajs', value: ratio, target: 0.6, kind: 'ratio' }],
    rounds: 3,
    ...more,
  }
  return entryOf(scenario, outcome, { ...WHERE, commit })
}

const page = (runs: Entry[], reasons = '') => resultsPage(runs, [], reasonsIn(reasons), '')

describe('the kept runs', () => {
  it("are each scenario's last three, whichever scenarios a call measured, in the catalog's order", () => {
    const first = withRuns([], [run('drain', 'a', 1), run('write', 'a', 1)])
    const second = withRuns(first, [run('drain', 'b', 1)])
    const third = withRuns(second, [run('drain', 'c', 1), run('drain', 'd', 1)])
    expect(third.map(({ scenario, commit }) => `${scenario} ${commit}`)).toEqual([
      'write a',
      'drain b',
      'drain c',
      'drain d',
    ])
    expect(lastRuns(third).map(({ commit }) => commit)).toEqual(['a', 'd'])
  })
})

describe('RESULTS.md', () => {
  it('tells of each run of a scenario by date and commit whether it held', () => {
    const runs = [
      run('write', 'x', 0.9),
      run('drain', 'a', 0.7),
      run('drain', 'b', 0.5),
      run('drain', 'c', 0.8),
    ]
    const text = page(runs)
    expect(text).toContain(
      '| [drain](#drain) | held (2026-01-02 03:04, a) | **not held** (2026-01-02 03:04, b) | held (2026-01-02 03:04, c) |',
    )
    expect(text).toContain('| [write](#write) |  |  | held (2026-01-02 03:04, x) |')
    expect(text).toContain(
      '| bound | target | 2026-01-02 03:04, a | 2026-01-02 03:04, b | 2026-01-02 03:04, c |',
    )
    expect(text).toContain('| kafkajs | ≥ 0.6 | 0.7 | **0.5, not held** | 0.8 |')
  })

  it('keeps a bound that the last run left out', () => {
    const more = { checks: [{ name: '10M_max', value: 1.5, target: 2, kind: 'ratio' as const }] }
    const text = page([run('claim', 'a', 0, more), run('claim', 'b', 0.7)])
    expect(text).toContain('| 10M_max | ≤ 2 | 1.5 |  |')
    expect(text).toContain('| kafkajs | ≥ 0.6 |  | 0.7 |')
  })

  it('has the ratio beside each baseline', () => {
    expect(page([run('drain', 'a', 0.5)])).toContain('| per_s | 30 | 60 (×0.5) |')
  })

  it('gives the reason where a bound is not held, and says so where there is none', () => {
    const reasons = '# Reasons\n\n## drain\n\nThe one thread is short.\n\n## http\n\nAnother.\n'
    expect(page([run('drain', 'a', 0.5)], reasons)).toContain('Why not held: The one thread is short.\n')
    expect(page([run('drain', 'a', 0.5)])).toContain('nobody has written it')
    expect(page([run('drain', 'a', 0.7)], reasons)).not.toContain('Why not held')
  })

  it('names the requests that failed, where the bounds alone would hold', () => {
    const text = page([
      run('drain', 'a', 0.7, {
        ours: { per_s: 30, errors_at_500: 3, errors: 0 },
        baselines: { naive: { errors: 1 } },
      }),
    ])
    expect(text).toContain('**not held** (2026-01-02 03:04, a)')
    expect(text).toContain('**Requests failed**: ours errors_at_500: 3, naive errors: 1.\n')
    expect(text).not.toContain('Why not held')
    expect(page([run('drain', 'a', 0.5, { ours: { errors: 3 } })])).toContain('nobody has written it')
  })

  it('calls a void run void', () => {
    const text = page([run('drain', 'a', 0.7, { voidBecause: 'the baseline was slow' })])
    expect(text).toContain('**void** (2026-01-02 03:04, a)')
    expect(text).toContain('**Void**: the baseline was slow.')
    expect(text).not.toContain('Why not held')
  })
})
