/** What a service shows at /metrics, and whether a query speaks of it. */
import type { Query } from './promql.kit.test'

/** A series' name, and the values that each of its labels had. */
export type ExposedSeries = Map<string, Map<string, Set<string>>>

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g
/** What Prometheus itself adds to every series it scrapes. */
const SCRAPE_LABELS = ['job', 'instance']
/** What Prometheus itself makes. */
const OWN_SERIES: ExposedSeries = new Map([['up', new Map()]])

/** The series of several answers of /metrics (text format 0.0.4). */
export function exposedSeries(...texts: string[]): ExposedSeries {
  const series: ExposedSeries = new Map(OWN_SERIES)
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, name, labels = ''] = SAMPLE.exec(line) ?? []
    if (name === undefined) continue
    const known = series.get(name) ?? new Map<string, Set<string>>()
    series.set(name, known)
    for (const [, label, value] of labels.matchAll(LABEL))
      known.set(label!, (known.get(label!) ?? new Set()).add(value!))
  }
  return series
}

/** What of `query` no service shows: a series, a label of it, or a value that a label never has. */
export function notExposed(query: Query, series: ExposedSeries): string[] {
  const faults: string[] = []
  const labels = new Set(SCRAPE_LABELS)
  for (const { metric, matchers } of query.selectors) {
    const known = series.get(metric)
    if (!known) {
      faults.push(metric)
      continue
    }
    for (const label of known.keys()) labels.add(label)
    for (const { label, operator, value } of matchers) {
      if (SCRAPE_LABELS.includes(label)) continue
      const values = known.get(label)
      if (!values) faults.push(`${metric}{${label}}`)
      else if (operator === '=' && !values.has(value)) faults.push(`${metric}{${label}="${value}"}`)
    }
  }
  faults.push(...query.groupings.filter((label) => !labels.has(label)).map((label) => `by (${label})`))
  return faults
}
