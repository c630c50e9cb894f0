import { table } from './table'

const ROWS = [
  { id: 1, at: new Date('2026-01-31T09:00:00Z'), error: 'it was\nrefused' },
  { id: 20, at: null, error: 'x'.repeat(70) },
]

it('makes columns as wide as their cells, and cuts what is too long', () => {
  expect(table(ROWS)).toBe(
    [
      `id  at                        error`,
      `--  ------------------------  ${'-'.repeat(60)}`,
      `1   2026-01-31T09:00:00.000Z  it was refused`,
      `20  -                         ${'x'.repeat(59)}…`,
    ].join('\n'),
  )
  expect(table([])).toBe('(none)')
})

it('shows a row beneath the other, and cuts what fills a screen, where a line would be too long', () => {
  const lines = ['id     1', 'at     2026-01-31T09:00:00.000Z', 'error  it was refused', '']
  expect(table(ROWS, { room: 89 })).toBe(
    [...lines, 'id     20', 'at     -', `error  ${'x'.repeat(70)}`, ''].join('\n'),
  )
  expect(table(ROWS, { room: 90 })).toBe(table(ROWS))
})

it('cuts a text of a megabyte where a row has lines of its own, too', () => {
  expect(table([{ key: 'k'.repeat(1_200_000) }], { room: 50 })).toBe(`key  ${'k'.repeat(999)}…\n`)
})

it('shows a text that is empty', () => {
  expect(
    table([{ event_id: '' }])
      .split('\n')
      .at(-1),
  ).toBe('""')
})
