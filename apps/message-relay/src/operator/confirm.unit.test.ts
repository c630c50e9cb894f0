import { PassThrough } from 'node:stream'
import { confirm } from './confirm'

const interrupt = jest.fn()

const terminal = (isTTY: boolean) =>
  Object.assign(new PassThrough(), { isTTY, columns: 80, setRawMode: () => undefined })

async function typed(keys: string): Promise<{ answer: boolean | undefined; reading: boolean }> {
  const input = terminal(true)
  const answer = confirm('Drop 2 rows?', input, terminal(true), interrupt)
  input.write(keys)
  return { answer: await answer, reading: !input.isPaused() }
}

it.each([
  ['y\r', true],
  ['Yes \r', true],
  ['\r', false],
  ['no\r', false],
  ['yesterday\r', false],
  // Ctrl-D
  ['\x04', false],
])('takes %j for %s, and reads no further', async (keys, answer) => {
  expect(await typed(keys)).toEqual({ answer, reading: false })
})

it('asks nobody where there is no terminal', async () => {
  expect(await confirm('Drop 2 rows?', terminal(false), terminal(false), interrupt)).toBeUndefined()
})

it('leaves Ctrl-C to the process', async () => {
  await typed('\x03\r')
  expect(interrupt).toHaveBeenCalledTimes(1)
})
