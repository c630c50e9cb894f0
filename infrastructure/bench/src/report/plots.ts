/** Draws the curves of the scenarios as SVG. */
import type { Curve } from '../scenario'
import type { Entry } from './entries'

export interface Plot {
  readonly title: string
  readonly file: string
  readonly svg: string
}

/** What is used of echarts, whose own types do not resolve from a CommonJS module. */
interface Charts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): { setOption(option: object): void; renderToSVGString(): string; dispose(): void }
}

const PLOTS: Readonly<Record<Curve['plot'], { title: string; x: string; y: string; logX: boolean }>> = {
  'latency-against-load': {
    title: 'Latency against load',
    x: 'commands/s sent, at planned moments',
    y: 'ms from the planned moment to the answer',
    logX: false,
  },
  'claim-against-table-size': {
    title: 'Claim time against table size',
    x: 'rows in event_outbox',
    y: 'ms a claim, 1,000 rows/s coming in',
    logX: true,
  },
}

/** One picture for each kind of curve that the entries have. */
export async function drawPlots(entries: readonly Entry[]): Promise<Plot[]> {
  const curves = entries.flatMap((entry) => entry.curves ?? [])
  const plots: Plot[] = []
  for (const plot of Object.keys(PLOTS) as Curve['plot'][]) {
    const own = curves.filter((curve) => curve.plot === plot)
    if (own.length > 0) {
      plots.push({ title: PLOTS[plot].title, file: `${plot}.svg`, svg: await draw(plot, own) })
    }
  }
  return plots
}

async function draw(plot: Curve['plot'], curves: readonly Curve[]): Promise<string> {
  const charts = (await import('echarts')) as unknown as Charts
  const { title, x, y, logX } = PLOTS[plot]
  const chart = charts.init(null, null, { renderer: 'svg', ssr: true, width: 760, height: 400 })
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 'center' },
    legend: { bottom: 0 },
    grid: { left: 70, right: 30, top: 50, bottom: 80 },
    xAxis: { type: logX ? 'log' : 'value', name: x, nameLocation: 'middle', nameGap: 28, scale: true },
    yAxis: { type: 'value', name: y, nameLocation: 'middle', nameGap: 45, min: 0 },
    series: curves.map(({ name, points }) => ({
      type: 'line',
      name,
      data: points.map(([at, value]) => [at, value]),
      symbolSize: 7,
    })),
  })
  const svg = chart.renderToSVGString()
  // It keeps a timer, and with it the program, alive.
  chart.dispose()
  return svg
}
