/** The files of infrastructure/observability, as Prometheus and Grafana read them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { repositoryRoot } from '../repository-root'

export const OBSERVABILITY = path.join(repositoryRoot, 'infrastructure/observability')

export interface AlertRule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook_url: string }
}

const read = (file: string) => readFileSync(path.join(OBSERVABILITY, file), 'utf8')

export function alertRules(): AlertRule[] {
  const { groups } = parse(read('alerts.yml')) as { groups: { rules: AlertRule[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

export interface Panel {
  title: string
  type: string
  targets?: { expr: string }[]
}

export function dashboardPanels(): Panel[] {
  return (JSON.parse(read('dashboard.json')) as { panels: Panel[] }).panels
}

/** Every query of the dashboard, with Grafana's variables filled in. */
export function dashboardQueries(): { panel: string; query: string }[] {
  return dashboardPanels().flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ panel: title, query: expr.replaceAll('$__rate_interval', '1m') })),
  )
}

/** The jobs that prometheus.yml scrapes. */
export function scrapedJobs(): string[] {
  const { scrape_configs } = parse(read('prometheus.yml')) as { scrape_configs: { job_name: string }[] }
  return scrape_configs.map(({ job_name }) => job_name)
}
