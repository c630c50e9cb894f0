import { loadMsOf, repeatCommand } from './length'
import { planOf, type PlanOptions } from './plan'
import { SHORT_SET } from './short-set'

describe('the command that repeats a seed', () => {
  it.each<[string, { seeds: readonly number[]; minutes: number }, PlanOptions]>([
    [
      'twenty seeds in half an hour',
      { seeds: Array.from({ length: 20 }, (_, at) => at + 1), minutes: 30 },
      {},
    ],
    ['seven seeds in ten minutes', { seeds: [1, 2, 3, 4, 5, 6, 7], minutes: 10 }, {}],
    ['a seed that is too short', { seeds: [1], minutes: 0.1 }, {}],
    ['the short set', SHORT_SET, SHORT_SET],
  ])('has the same load as one of %s', (_, run, options) => {
    const plan = planOf(1, loadMsOf(run), options)
    const minutes = Number(/--minutes (\S+)/.exec(repeatCommand(plan, options))?.[1])
    expect(loadMsOf({ seeds: [1], minutes })).toBe(plan.loadMs)
  })

  it('has its seed, its pace and its kinds', () => {
    expect(repeatCommand(planOf(2, 10_000), { paceMs: 2_000, kinds: ['kafka killed', 'disk full'] })).toBe(
      "npm run chaos -- --seed 2 --minutes 0.4 --pace 2 --only 'kafka killed' --only 'disk full'",
    )
    expect(repeatCommand(planOf(2, 76_000), { kinds: [] })).toBe(
      'npm run chaos -- --seed 2 --minutes 1.5 --no-faults',
    )
  })
})
