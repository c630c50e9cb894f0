/** What is taken for an id. */
import { isUuid } from './index'

const ID = '0af76519-16cd-43dd-8448-eb211c80319c'

it.each([ID, ID.toUpperCase()])('%s is one', (value) => {
  expect(isUuid(value)).toBe(true)
})

it.each([`urn:uuid:${ID}`, `{${ID}}`, ID.replaceAll('-', ''), `${ID}\n`, ID.slice(1), '', null, 1, [ID]])(
  '%j is none',
  (value) => {
    expect(isUuid(value)).toBe(false)
  },
)
