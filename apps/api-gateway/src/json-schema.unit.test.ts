/** How a schema's findings are named. */
import { faultFinder } from './json-schema'

const faultsOf = faultFinder(
  {
    type: 'object',
    required: ['title'],
    properties: {
      title: { type: 'string' },
      stage: { enum: ['FIRST', 'LAST'] },
      owner: { type: 'string', format: 'uuid' },
      secret: false,
      parts: { type: 'array', items: { type: 'object', required: ['name'], properties: { name: {} } } },
    },
    additionalProperties: false,
  },
  '/payload',
)

it.each([
  [{}, '/payload/title', 'is required'],
  [{ title: 1 }, '/payload/title', 'must be string'],
  [{ title: '', stage: 'MIDDLE' }, '/payload/stage', 'must be one of FIRST, LAST'],
  [{ title: '', owner: 'me' }, '/payload/owner', 'must match format "uuid"'],
  [{ title: '', secret: 1 }, '/payload/secret', 'must not be given'],
  [{ title: '', 'a/b~c': 1 }, '/payload/a~1b~0c', 'is not a known property'],
  [{ title: '', parts: [{ name: 1 }, {}] }, '/payload/parts/1/name', 'is required'],
  [[], '/payload', 'must be object'],
])('of %j names %s: %s', (value, path, message) => {
  expect(faultsOf(value)).toEqual([{ path, message }])
})

it('has nothing against what is as it should be', () => {
  expect(faultsOf({ title: '', stage: 'LAST', parts: [] })).toEqual([])
})

it('names every fault, but not tens of thousands', () => {
  expect(faultsOf({ stage: 'MIDDLE', other: 1 }).map(({ path }) => path)).toEqual([
    '/payload/title',
    '/payload/other',
    '/payload/stage',
  ])
  expect(faultsOf(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`x${n}`, 1])))).toHaveLength(
    50,
  )
})
