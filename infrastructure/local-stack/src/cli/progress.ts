/** Shows long steps: a spinner with the elapsed time where a person watches, plain lines elsewhere. */
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

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 100
const CLEAR_LINE = '\r\u001b[K'

/** Ours, because the libraries for it end the program at Ctrl-C, before it could take its servers down. */
const livelyProgress = (stream: NodeJS.WriteStream): Progress => ({
  line: (text) => void stream.write(`${text}\n`),
  step: async (title, work) => {
    const since = performance.now()
    let frame = 0
    let note = ''
    const draw = (): void => {
      frame = (frame + 1) % FRAMES.length
      // A line that wraps could not be cleared.
      const text = `${FRAMES[frame] ?? ''} ${title}${note} ${seconds(since)}`.slice(0, stream.columns - 1)
      stream.write(`${CLEAR_LINE}${text}`)
    }
    const timer = setInterval(draw, FRAME_MS)
    draw()
    try {
      const result = await work((said) => {
        note = ` (${said})`
      })
      stream.write(`${CLEAR_LINE}✓ ${title} (${seconds(since)})\n`)
      return result
    } catch (error) {
      stream.write(`${CLEAR_LINE}✗ ${title} (${seconds(since)})\n`)
      throw error
    } finally {
      clearInterval(timer)
    }
  },
})

/** A terminal without a width is one that nobody looks at. */
const isWatched = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY && stream.columns > 0 && process.env.TERM !== 'dumb' && process.env.CI === undefined

/** The progress that suits the stream. */
export const progressOn = (stream: NodeJS.WriteStream): Progress =>
  isWatched(stream) ? livelyProgress(stream) : plainProgress((text) => void stream.write(text))
