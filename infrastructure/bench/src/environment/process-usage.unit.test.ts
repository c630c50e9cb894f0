import { usageOf, usageOfAll } from './process-usage'

describe('the usage of a process', () => {
  it('grows with the work that the process does', () => {
    const before = usageOf(process.pid).cpuSeconds
    const until = performance.now() + 200
    while (performance.now() < until) Math.sqrt(performance.now())
    expect(usageOf(process.pid).cpuSeconds).toBeGreaterThan(before)
  })

  it('is in megabytes, the largest no less than the present', () => {
    const { residentMb, ownMb, peakResidentMb } = usageOf(process.pid)
    expect(ownMb).toBeGreaterThan(10)
    expect(residentMb).toBeGreaterThan(ownMb)
    expect(peakResidentMb).toBeGreaterThanOrEqual(residentMb)
  })

  it('adds up over processes', () => {
    const both = usageOfAll([process.pid, process.ppid])
    expect(both.residentMb).toBeGreaterThan(usageOf(process.ppid).residentMb)
  })
})
