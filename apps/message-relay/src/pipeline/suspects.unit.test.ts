/** Who may share a batch with whom after the broker was unavailable. */
import type { ParkedHead } from '../policy/parked-keys'
import type { Attempt } from '../policy/outcome'
import type { ClaimedRow } from './ports'
import { Suspects } from './suspects'

const away: Attempt = {
  kind: 'unavailable',
  fault: { class: 'connection', message: 'gone' },
  scope: 'broker',
}
const sent: Attempt = { kind: 'sent', partition: 0, offset: '1' }
const batch = (keys: string, attempt: Attempt) =>
  Array.from(keys).map((key) => ({ row: { key } as ClaimedRow, attempt }))
const heads = (keys: string): ParkedHead[] => Array.from(keys).map((key, seq) => ({ key, seq }) as ParkedHead)
const keysOf = (found: readonly ParkedHead[]): string => found.map(({ key }) => key).join('')

it('tries the keys of a failed batch in portions that double, the one that failed first before the others', () => {
  const suspects = new Suspects(100)
  expect(keysOf(suspects.share(heads('abcdef'), 100).heads)).toBe('abcdef')
  suspects.published(batch('dcba', away), false)
  expect(keysOf(suspects.share(heads('abcdef'), 100).heads)).toBe('d')
  suspects.published(batch('d', sent), false)
  expect(suspects.share(heads('abcef'), 100)).toMatchObject({ heads: [{ key: 'c' }, { key: 'b' }], rows: 2 })
  suspects.published(batch('cb', away), false)
  expect(keysOf(suspects.share(heads('abcef'), 100).heads)).toBe('a')
})

it('lets other keys go first after a failed trial, a few fresh ones, until something is sent', () => {
  const suspects = new Suspects(100)
  suspects.published(batch('ab', away), false)
  expect(suspects.othersFirst).toBe(false)
  suspects.published(batch('a', away), true)
  expect(suspects.othersFirst).toBe(true)
  expect(keysOf(suspects.others(heads('abcd')))).toBe('cd')
  expect(suspects.freshRows(500)).toBe(10)
  expect(suspects.freshRows(3)).toBe(3)
  suspects.published(batch('c', sent), true)
  expect(suspects.othersFirst).toBe(false)
  expect(suspects.freshRows(500)).toBe(500)
})

it('learns nothing about its suspects from others that are sent', () => {
  const suspects = new Suspects(100)
  suspects.published(batch('abcdef', away), false)
  for (let times = 0; times < 10; times += 1) suspects.published(batch('xyz', sent), false)
  expect(suspects.share(heads('abcdef'), 100)).toMatchObject({ heads: [{ key: 'a' }], rows: 1 })
})

it('keeps a key whose rows filled a batch, behind the others, until nothing more of it can be waiting', () => {
  const suspects = new Suspects(100)
  suspects.published(batch('ab', away), false)
  suspects.published(batch('a', sent), false)
  expect(keysOf(suspects.share(heads('ab'), 100).heads)).toBe('ba')
  expect(keysOf(suspects.others(heads('abc')))).toBe('c')
  suspects.published(batch('b', sent), false)
  expect(keysOf(suspects.others(heads('abc')))).toBe('bc')
})

it('suspects nobody for trouble of a topic of its own', () => {
  const suspects = new Suspects(100)
  suspects.published(batch('a', { ...away, scope: 'topic' }), true)
  expect(suspects.othersFirst).toBe(false)
  expect(keysOf(suspects.share(heads('ab'), 100).heads)).toBe('ab')
})
