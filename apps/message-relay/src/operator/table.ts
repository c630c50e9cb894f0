/** Tables and lists for a terminal. */

/** Where a row has lines of its own: what is longer, a key of a megabyte say, is whole in --json alone. */
const LONGEST_TEXT = 1000

/**
 * Columns as wide as their widest cell, at most `widest` characters each; a block of lines for each row where a line would
 * be longer than `room`, for a terminal would break it.
 */
export function table(rows: readonly object[], { widest = 60, room = Infinity } = {}): string {
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
  const lines = [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)]
  return lines.every(({ length }) => length <= room) ? lines.join('\n') : blocks(rows, names)
}

function blocks(rows: readonly object[], names: readonly string[]): string {
  const width = Math.max(...names.map(({ length }) => length))
  const block = (row: object): string =>
    names
      .map((name) => `${name.padEnd(width)}  ${cell((row as Record<string, unknown>)[name], LONGEST_TEXT)}`)
      .join('\n')
  return rows.map((row) => `${block(row)}\n`).join('\n')
}

function cell(value: unknown, widest: number): string {
  if (value === null || value === undefined) return '-'
  if (value === '') return '""'
  const text = value instanceof Date ? value.toISOString() : shown(value)
  const single = text.replaceAll(/\s+/g, ' ')
  return single.length > widest ? `${single.slice(0, widest - 1)}…` : single
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
