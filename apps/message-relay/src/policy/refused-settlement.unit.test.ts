/** Which errors of PostgreSQL one row may be to blame for. */
import { isRefusal, mayBlameARow } from './refused-settlement'

const answered = (code: string) => Object.assign(new Error('x'), { severity: 'ERROR', code })

it.each(['P0001', 'P0002', '42P01', '42501', '21000', '09000', '38000', 'XX001', 'MINE1'])(
  '%s may be of one row',
  (code) => {
    expect(mayBlameARow(answered(code))).toBe(true)
    expect(isRefusal(answered(code))).toBe(false)
  },
)

it.each(['08006', '25006', '28000', '3D000', '40001', '40P01', '53100', '55P03', '57014', '58030', 'XX000'])(
  '%s is of none',
  (code) => {
    expect(mayBlameARow(answered(code))).toBe(false)
    expect(isRefusal(answered(code))).toBe(false)
  },
)

it.each(['22003', '23514', '54000'])('%s is of the row, but within a trigger it may be of none', (code) => {
  expect(isRefusal(answered(code))).toBe(true)
  const within = Object.assign(answered(code), { where: 'PL/pgSQL function f() line 2 at SQL statement' })
  expect(isRefusal(within)).toBe(false)
  expect(mayBlameARow(within)).toBe(true)
})

it('what PostgreSQL did not answer is of none', () => {
  expect(mayBlameARow(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(false)
  expect(mayBlameARow(new Error('Query read timeout'))).toBe(false)
  expect(mayBlameARow(undefined)).toBe(false)
})
