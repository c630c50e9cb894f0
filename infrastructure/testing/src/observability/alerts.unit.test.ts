/** The alert rules: valid, each with a page that says what to do, and none on what mends itself. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '../repository-root'
import {
  alertRules,
  dashboardPanels,
  dashboardQueries,
  OBSERVABILITY,
  scrapedJobs,
} from './operator-files.kit.test'
import { readQuery } from './promql.kit.test'

const rules = alertRules()

describe.each(rules.map((rule) => [rule.alert, rule] as const))(
  '%s',
  (_, { alert, expr, labels, annotations }) => {
    it('is PromQL, and says how bad it is', async () => {
      expect((await readQuery(expr)).selectors.length).toBeGreaterThan(0)
      expect(['page', 'ticket']).toContain(labels.severity)
      expect(annotations.summary).toMatch(/\.$/)
    })

    it('leads to a page that names it', () => {
      const page = path.join(repositoryRoot, annotations.runbook_url)
      expect([annotations.runbook_url, existsSync(page)]).toEqual([annotations.runbook_url, true])
      const index = readFileSync(path.join(repositoryRoot, 'infrastructure/runbooks/README.md'), 'utf8')
      expect(index).toContain(alert)
      expect(index).toContain(`(${path.basename(page)})`)
    })

    it('asks for jobs that are scraped', async () => {
      for (const { matchers } of (await readQuery(expr)).selectors)
        for (const { label, value } of matchers)
          if (label === 'job') for (const job of value.split('|')) expect(scrapedJobs()).toContain(job)
    })

    // The counter of rows that FAILED has an outage's in it; the gauges of those undecided and blocking have not.
    it('is silent about events that an outage failed', async () => {
      for (const { metric } of (await readQuery(expr)).selectors)
        expect(metric).not.toMatch(/failed_rows|set_back|parked/)
    })
  },
)

it('has no name twice', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
})

it('no PromQL is refused with its place', async () => {
  await expect(readQuery('sum(rate(x[5m])')).rejects.toThrow('no PromQL at 15')
})

test('the dashboard asks in PromQL, in every panel that draws', async () => {
  const drawing = dashboardPanels().filter(({ type }) => type !== 'row')
  expect(drawing.length).toBeGreaterThan(10)
  for (const { title, targets } of drawing) expect([title, targets?.length]).not.toEqual([title, 0])
  for (const { query } of dashboardQueries())
    expect((await readQuery(query)).selectors.length).toBeGreaterThan(0)
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const describeWithPromtool = hasPromtool ? describe : describe.skip

describeWithPromtool('promtool', () => {
  test.each([
    ['finds the rules valid', ['check', 'rules', 'alerts.yml']],
    ['finds the configuration valid', ['check', 'config', 'prometheus.yml']],
    [
      'sees each alert fire when it should, and not before',
      ['test', 'rules', 'alerts.gateway.test.yml', 'alerts.relay.test.yml'],
    ],
  ])('%s', (_, args) => {
    execFileSync('promtool', args, { cwd: OBSERVABILITY, stdio: 'pipe' })
  })
})
