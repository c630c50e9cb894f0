/** Holds every package to its share of covered lines and branches. */
import { relative, sep } from 'node:path'

interface Count {
  readonly total: number
  readonly covered: number
}

interface FileCoverage {
  readonly lines: Count
  readonly branches: Count
}

/** jest's coverage-summary.json: a file's path, or `total`, and what of it is covered. */
export type CoverageSummary = Readonly<Record<string, FileCoverage>>

export interface PackageCoverage {
  readonly name: string
  /** Per cent. */
  readonly lines: number
  readonly branches: number
  readonly enough: boolean
}

export const GATE_PERCENT = 85

const percentage = (counts: readonly Count[]): number => {
  const total = counts.reduce((sum, count) => sum + count.total, 0)
  const covered = counts.reduce((sum, count) => sum + count.covered, 0)
  return total === 0 ? 100 : (100 * covered) / total
}

/** The coverage of each app and package that has code, by the folder it lies in. */
export const coverageOfPackages = (summary: CoverageSummary, root: string): PackageCoverage[] => {
  const filesOf = new Map<string, FileCoverage[]>()
  for (const [path, coverage] of Object.entries(summary)) {
    if (path === 'total') continue
    const name = relative(root, path).split(sep).slice(0, 2).join('/')
    filesOf.set(name, [...(filesOf.get(name) ?? []), coverage])
  }
  return [...filesOf]
    .filter(([, files]) => files.some(({ lines }) => lines.total > 0))
    .map(([name, files]) => {
      const lines = percentage(files.map((file) => file.lines))
      const branches = percentage(files.map((file) => file.branches))
      return { name, lines, branches, enough: lines >= GATE_PERCENT && branches >= GATE_PERCENT }
    })
    .sort((one, other) => one.name.localeCompare(other.name))
}

/** The table for people, a line for each package. */
export const describeCoverage = (packages: readonly PackageCoverage[]): string[] => [
  `Coverage (gate: ${GATE_PERCENT}% of lines and of branches; report: coverage/index.html)`,
  ...packages.map(
    ({ name, lines, branches, enough }) =>
      `  ${enough ? '✓' : '✗'} ${name.padEnd(28)} lines ${lines.toFixed(1).padStart(5)}%   branches ${branches.toFixed(1).padStart(5)}%`,
  ),
]
