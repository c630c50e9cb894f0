/** A program's end is its exit code. */
import { runProgram } from './run-program'

const ended = (main: () => Promise<number>, faultCode?: number): Promise<unknown> =>
  new Promise((resolve) => {
    jest.spyOn(process, 'exit').mockImplementation(((code: unknown) => resolve(code)) as never)
    runProgram(main, faultCode)
  })

beforeEach(() => {
  const out = (_: unknown, written?: unknown): boolean => {
    if (typeof written === 'function') (written as () => void)()
    return true
  }
  jest.spyOn(process.stdout, 'write').mockImplementation(out)
  jest.spyOn(process.stderr, 'write').mockImplementation(out)
})
afterEach(() => jest.restoreAllMocks())

it('ends with what the work answers, and with 1 or what is asked for where it throws', async () => {
  const failing = (): Promise<number> => Promise.reject(new Error('no stack'))
  expect(await ended(() => Promise.resolve(3), 2)).toBe(3)
  expect(await ended(failing)).toBe(1)
  expect(await ended(failing, 2)).toBe(2)
})
