import { FAULT_KINDS } from './kinds'
import { describe as inWords, planOf } from './plan'
import { GATEWAY_STEPS, RELAY_STEPS } from '../wire/steps'

const LOAD_MS = 74_000
const SEEDS = Array.from({ length: 20 }, (_, at) => at + 1)

describe('the plan of a seed', () => {
  it('is the same every time', () => {
    expect(planOf(7, LOAD_MS)).toEqual(planOf(7, LOAD_MS))
  })

  it('is another one for another seed', () => {
    expect(planOf(8, LOAD_MS).faults).not.toEqual(planOf(7, LOAD_MS).faults)
  })

  it('has its faults one after another, within the load', () => {
    for (const seed of SEEDS) {
      const moments = planOf(seed, LOAD_MS).faults.map(({ atMs }) => atMs)
      expect(moments).toEqual([...moments].sort((a, b) => a - b))
      expect(Math.max(...moments)).toBeLessThan(LOAD_MS)
    }
  })

  it.each([1, 100, 4_242])('has every kind at least six times in twenty seeds from %d on', (first) => {
    const kinds = SEEDS.flatMap((seed) => planOf(first + seed, LOAD_MS).faults.map(({ kind }) => kind))
    for (const kind of FAULT_KINDS)
      expect([kind, kinds.filter((one) => one === kind).length >= 6]).toEqual([kind, true])
  })

  it.each([
    ['gateway terminated', GATEWAY_STEPS],
    ['relay terminated', RELAY_STEPS],
  ] as const)('has a %s at every step in twenty seeds', (kind, steps) => {
    const faults = SEEDS.flatMap((seed) => planOf(seed, LOAD_MS).faults).filter(
      (fault) => fault.kind === kind,
    )
    expect(new Set(faults.map(({ step }) => step))).toEqual(new Set(steps))
  })

  it('has a fault however short the load, and none where no kind is wanted', () => {
    expect(planOf(1, 1_000).faults).toHaveLength(1)
    expect(planOf(1, LOAD_MS, { kinds: [] }).faults).toEqual([])
  })

  it('says each fault in words', () => {
    const fault = {
      kind: 'gateway killed',
      atMs: 1,
      waits: true,
      target: 2,
      step: 'commit-sent',
      lastsMs: 400,
    } as const
    expect(inWords(fault)).toBe('gateway killed: 2, at commit-sent, 0.4 s')
    expect(inWords({ ...fault, waits: false })).toBe(
      'gateway killed: 2, at commit-sent, 0.4 s, whatever state all is in',
    )
  })
})
