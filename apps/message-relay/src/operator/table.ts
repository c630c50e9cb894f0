/** Tables and lists for a terminal. */

/** Columns as wide as their widest cell, at most `widest` characters each. */
export function table(rows: readonly object[], widest = 60): string {
  const [first] = rows
  if (!first) return '(none)'
  const names = Object.keys(first)
  const cells = rows.map((row) => names.map((name) => cell((row as Record<string, unknown>)[name], widest)))
  const widths = names.map((name, n) => Math.max(name.length, ...cells.map((line) => line[n]?.length ?? 0)))
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, n) => text.padEnd(widths[n] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')
}

function cell(value: unknown, widest: number): string {
  if (value === null || value === undefined) return '-'
  const text = value instanceof Date ? value.toISOString() : shown(value)
  const single = text.replaceAll(/\s+/g, ' ')
  return single.length > widest ? `${single.slice(0, widest - 1)}…` : single
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
