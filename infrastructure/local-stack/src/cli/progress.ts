/** Shows long steps: a spinner with the elapsed time where a person watches, plain lines elsewhere. */
import { createSpinner } from 'nanospinner'

export interface Progress {
  /** Runs a step under its title. The work may say what it is at; a failure is marked and thrown on. */
  step<T>(title: string, work: (say: (note: string) => void) => Promise<T>): Promise<T>
  line(text: string): void
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** How often a step says that it is still at it, where nobody sees a spinner. */
const STILL_AT_IT_MS = 15_000

const plainProgress = (write: (text: string) => void): Progress => ({
  line: (text) => write(`${text}\n`),
  step: async (title, work) => {
    const since = performance.now()
    write(`… ${title}\n`)
    const timer = setInterval(() => write(`… ${title} (${seconds(since)} so far)\n`), STILL_AT_IT_MS)
    try {
      const result = await work((note) => write(`  ${title}: ${note}\n`))
      write(`✓ ${title} (${seconds(since)})\n`)
      return result
    } catch (error) {
      write(`✗ ${title} (${seconds(since)})\n`)
      throw error
    } finally {
      clearInterval(timer)
    }
  },
})

const livelyProgress = (stream: NodeJS.WriteStream): Progress => ({
  line: (text) => void stream.write(`${text}\n`),
  step: async (title, work) => {
    const since = performance.now()
    const spinner = createSpinner(title, { stream }).start()
    let note = ''
    const timer = setInterval(() => spinner.update({ text: `${title}${note} ${seconds(since)}` }), 200)
    try {
      const result = await work((said) => {
        note = ` (${said})`
      })
      spinner.success({ text: `${title} (${seconds(since)})` })
      return result
    } catch (error) {
      spinner.error({ text: `${title} (${seconds(since)})` })
      throw error
    } finally {
      clearInterval(timer)
    }
  },
})

/** The progress that suits the stream. */
export const progressOn = (stream: NodeJS.WriteStream): Progress =>
  stream.isTTY && process.env.TERM !== 'dumb' && process.env.CI === undefined
    ? livelyProgress(stream)
    : plainProgress((text) => void stream.write(text))
