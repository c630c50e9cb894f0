import type { Outcome, Scenario } from '../scenario'
import { entryOf, failedEntry } from './entries'
import { renderTable } from './table'

const WHERE = {
  machine: { cpu: 'some', cores: 2, memory_gb: 8, kernel: '6', provider: 'native' },
  versions: { node: '20', postgresql: '16', kafkajs: '2', pg: '8' },
  begun_at: '2026-01-02T03:04:05.000Z',
  commit: 'abc',
}
const SCENARIO: Scenario = { name: 'drain', title: 'rows', run: () => Promise.reject(new Error('not run')) }
const outcome = (ratio: number, memory: number): Outcome => ({
  ours: { records_per_s: 37_123.456 },
  baselines: { kafkajs: { records_per_s: 60_000 } },
  checks: [
    { name: 'kafkajs', value: ratio, target: 0.6, outstanding: 0.75, kind: 'ratio' },
    { name: 'memory_mb_max', value: memory, target: 200, kind: 'figure' },
  ],
  rounds: 3,
})

describe('the entry of a scenario', () => {
  it('has every key that the file promises', () => {
    const entry = entryOf(SCENARIO, outcome(0.62, 180), WHERE)
    expect(entry).toMatchObject({
      scenario: 'drain',
      ours: { records_per_s: 37_120, memory_mb_max: 180 },
      baselines: { kafkajs: { records_per_s: 60_000 } },
      ratios: { kafkajs: 0.62 },
      targets: { kafkajs: 0.6, memory_mb_max: 200 },
      outstanding: { kafkajs: 0.75 },
      held: true,
      rounds: 3,
      ...WHERE,
    })
  })

  it.each([
    ['a ratio under its bound', outcome(0.59, 180)],
    ['a figure over its upper bound', outcome(0.62, 201)],
    ['a void run', { ...outcome(0.62, 180), voidBecause: 'the baseline was slow' }],
    ['a figure that is missing', outcome(NaN, 180)],
    ['a request of ours that failed', { ...outcome(0.62, 180), ours: { errors_at_500: 1 } }],
    ['a request of a baseline that failed', { ...outcome(0.62, 180), baselines: { naive: { errors: 1 } } }],
  ])('is not held with %s', (_, measured) => {
    expect(entryOf(SCENARIO, measured, WHERE).held).toBe(false)
  })

  it('that failed says why, and is not held', () => {
    const entry = failedEntry(SCENARIO, new Error('the topic holds too much'), WHERE)
    expect(entry).toMatchObject({ held: false, void_because: 'it failed: the topic holds too much' })
  })

  it('is printed with the ratio beside each baseline, and with each bound and whether it holds', () => {
    const printed = renderTable([entryOf(SCENARIO, outcome(0.62, 201), WHERE)])
    expect(printed).toMatch(/records_per_s +│ 37120 │ 60000 \(×0\.619\)/)
    expect(printed).toContain('held      kafkajs: 0.62, wanted ≥ 0.6 (outstanding: 0.75)')
    expect(printed).toContain('NOT held  memory_mb_max: 201, wanted ≤ 200')
  })

  it('is printed without a table when all its figures are bounded', () => {
    const bounded = { ...outcome(0.62, 180), ours: {}, baselines: {} }
    const printed = renderTable([entryOf(SCENARIO, bounded, WHERE)])
    expect(printed).toMatch(/^\ndrain\n {2}held {6}kafkajs/)
  })
})
