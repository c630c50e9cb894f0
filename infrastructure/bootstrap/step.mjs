/** Runs a command as a visible step: its output goes to a log, which is shown when it fails. */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const STILL_AT_IT_MS = 15_000

const lively = () => process.stdout.isTTY && process.env.TERM !== 'dumb' && process.env.CI === undefined

const indicate = (title, since) => {
  const elapsed = () => `${((Date.now() - since) / 1000).toFixed(1)} s`
  if (!lively()) {
    console.log(`… ${title}`)
    const timer = setInterval(() => console.log(`… ${title} (${elapsed()} so far)`), STILL_AT_IT_MS)
    return (mark) => {
      clearInterval(timer)
      console.log(`${mark} ${title} (${elapsed()})`)
    }
  }
  let frame = 0
  const draw = () => {
    frame = (frame + 1) % FRAMES.length
    process.stdout.write(`\r\u001b[K${FRAMES[frame]} ${title} ${elapsed()}`)
  }
  const timer = setInterval(draw, 100)
  draw()
  return (mark) => {
    clearInterval(timer)
    process.stdout.write(`\r\u001b[K${mark} ${title} (${elapsed()})\n`)
  }
}

/** Runs the command; rejects with the end of its output when it fails. Nothing of it outlives this program. */
export const step = async (title, command, args, options) => {
  const folder = mkdtempSync(join(tmpdir(), 'infinite-scribe-'))
  const log = join(folder, 'output.log')
  mkdirSync(folder, { recursive: true })
  const output = openSync(log, 'w')
  const done = indicate(title, Date.now())
  const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP']
  let interrupted
  try {
    const child = spawn(command, args, { ...options, stdio: ['ignore', output, output], detached: true })
    const interrupt = (name) => {
      interrupted = name
      try {
        process.kill(-child.pid, 'SIGTERM')
      } catch {
        // It ended by itself.
      }
    }
    for (const name of interrupts) process.once(name, interrupt)
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', resolve)
    })
    for (const name of interrupts) process.off(name, interrupt)
    if (interrupted !== undefined) throw new Error(`interrupted by ${interrupted}`)
    if (code !== 0) throw new Error(`exit code ${code}`)
    done('✓')
  } catch (error) {
    done('✗')
    const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-40).join('\n')
    throw new Error(`${tail}\n${title} failed: ${error.message}`, { cause: error })
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true, force: true })
  }
}
