/** What two readings of a catalog say about the migration between them. */
import { compareCatalogs } from './catalog'

describe('the comparison of catalogs', () => {
  it('names new columns of old tables, not those that came with their table', () => {
    const before = new Map([['table old', '']])
    const after = new Map([
      ['table old', ''],
      ['column old.extra', 'text'],
      ['table new', ''],
      ['column new.id', 'uuid'],
      ['constraint new.new_pkey', 'PRIMARY KEY (id)'],
    ])
    expect(compareCatalogs(before, after)).toEqual({
      created: ['column old.extra', 'table new'],
      changed: [],
    })
  })

  it('names what has another definition', () => {
    const changed = compareCatalogs(new Map([['function f()', 'a']]), new Map([['function f()', 'b']]))
    expect(changed).toEqual({ created: [], changed: ['function f()'] })
  })
})
