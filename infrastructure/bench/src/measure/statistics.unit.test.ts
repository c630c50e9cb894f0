import { latencyFigures, median, medianOfRounds, percentile } from './statistics'

describe('statistics', () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
  })

  it('takes a percentile by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(hundred, 0.5)).toBe(50)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile([7], 0.99)).toBe(7)
    expect(percentile([], 0.5)).toBeNaN()
  })

  it('sorts latencies as numbers, not as words', () => {
    expect(latencyFigures([10, 9, 100])).toEqual({ p50_ms: 10, p99_ms: 100, max_ms: 100 })
  })

  it('takes the median of every figure over the rounds, and the sum of the errors', () => {
    expect(
      medianOfRounds([
        { per_s: 10, errors: 0 },
        { per_s: 30, errors: 1 },
        { per_s: 20, errors: 0 },
      ]),
    ).toEqual({ per_s: 20, errors: 1 })
  })
})
