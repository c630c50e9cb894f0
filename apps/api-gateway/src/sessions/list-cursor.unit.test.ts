/** The position in a list: what it takes for one names a moment that PostgreSQL knows. */
import fc from 'fast-check'
import { readCursor, writeCursor } from './list-cursor'

const id = '00000000-0000-4000-8000-000000000001'
const cursor = (createdAt: string) => ({ createdAt, id })

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(
      fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
      fc.integer({ min: 0, max: 999 }),
      (date, micros) => {
        const at = cursor(date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`))
        expect(readCursor(writeCursor(at))).toEqual(at)
      },
    ),
  )
})

it.each([
  '2026-02-29T00:00:00.000000Z',
  '2026-02-30T00:00:00.000000Z',
  '2026-04-31T00:00:00.000000Z',
  '2026-13-01T00:00:00.000000Z',
  '2026-01-01T24:00:00.000000Z',
  '2026-01-01T00:00:60.000000Z',
  '0000-01-01T00:00:00.000000Z',
])('does not take %s for a moment', (moment) => {
  expect(readCursor(writeCursor(cursor(moment)))).toBeUndefined()
})
