import { PassingItems } from './passing-items'

it('holds what was added and not taken out again, in places that are used again', () => {
  const items = new PassingItems<string>()
  const takeOut = items.add('a')
  items.add('b')
  expect([...items]).toEqual(['a', 'b'])
  takeOut()
  expect(items.size).toBe(1)
  expect([...items]).toEqual(['b'])
  items.add('c')
  expect([...items]).toEqual(['c', 'b'])
  expect(items.size).toBe(2)
})
