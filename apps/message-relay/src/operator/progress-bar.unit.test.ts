/** How a command without a terminal says that it is still at work. */
import { PassThrough } from 'node:stream'
import { progressBar } from './progress-bar'

it('writes a plain line every few seconds where nobody watches, and nothing for short work', () => {
  jest.useFakeTimers()
  const stream = new PassThrough()
  const bar = progressBar(stream, 'Reading', 100)
  jest.advanceTimersByTime(4000)
  bar.at(40)
  expect(stream.read()).toBeNull()
  jest.advanceTimersByTime(1000)
  expect(String(stream.read())).toBe('Reading: 40 of 100 after 5 s\n')
  bar.end()
  jest.advanceTimersByTime(60_000)
  expect(stream.read()).toBeNull()
  jest.useRealTimers()
})
