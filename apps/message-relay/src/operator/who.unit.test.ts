import { hostname, userInfo } from 'node:os'
import { operatorName } from './who'

it('names the user and the host', () => {
  expect(operatorName(0)).toBe(`${userInfo().username}@${hostname()}`)
})

it('names the number of a user without a name', () => {
  const nameless = () => {
    throw new Error('uv_os_get_passwd returned ENOENT')
  }
  expect(operatorName(54_321, nameless)).toBe(`uid-54321@${hostname()}`)
})
