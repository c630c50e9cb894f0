/** Each package answers for its own coverage. */
import { coverageOfPackages, describeCoverage } from './coverage-gate'

const covered = (lines: number, branches: number, total = 100) => ({
  lines: { total, covered: lines },
  branches: { total, covered: branches },
})

describe('the coverage gate', () => {
  it('judges each package by all its files together', () => {
    const packages = coverageOfPackages(
      {
        total: covered(1, 1),
        '/clone/apps/one/src/a.ts': covered(100, 100),
        '/clone/apps/one/src/b/c.ts': covered(70, 70),
        '/clone/packages/two/src/d.ts': covered(100, 84),
      },
      '/clone',
    )
    expect(packages).toEqual([
      { name: 'apps/one', lines: 85, branches: 85, enough: true },
      { name: 'packages/two', lines: 100, branches: 84, enough: false },
    ])
  })

  it('asks nothing of a package without code, and takes no branches for all of them', () => {
    const packages = coverageOfPackages(
      {
        '/clone/apps/types/src/a.ts': covered(0, 0, 0),
        '/clone/apps/flat/src/a.ts': { ...covered(9, 0, 10), branches: { total: 0, covered: 0 } },
      },
      '/clone',
    )
    expect(packages).toEqual([{ name: 'apps/flat', lines: 90, branches: 100, enough: true }])
    expect(describeCoverage(packages)[1]).toContain('apps/flat')
  })
})
