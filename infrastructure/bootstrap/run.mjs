/** Every npm script goes through here: installs and builds what is missing, then runs the program of the verb. */
import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildIfNeeded } from './build.mjs'
import { installIfNeeded } from './install.mjs'
import { withLock } from './lock.mjs'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const NODE_WANTED = [20, 19]

const PROGRAMS = {
  demo: 'infrastructure/local-stack/dist/demo/main.js',
  start: 'infrastructure/local-stack/dist/stack/start-main.js',
  stack: 'infrastructure/local-stack/dist/stack/verbs-main.js',
  relay: 'infrastructure/local-stack/dist/stack/relay-main.js',
  'db:migrate': 'infrastructure/local-stack/dist/migrate/main.js',
  test: 'infrastructure/testing/dist/run-tests/main.js',
  bench: 'infrastructure/bench/dist/main.js',
  chaos: 'infrastructure/chaos/dist/main.js',
}

const requireNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = NODE_WANTED
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  console.error(
    `This needs Node ${wantedMajor}.${wantedMinor} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
  )
  process.exit(1)
}

/** Runs the program with this one's terminal; answers its exit code. */
const run = (program, args) =>
  new Promise((resolve) => {
    // The channel tells the program of this one's end, even of a sudden one.
    const child = spawn(process.execPath, [join(ROOT, program), ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    })
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
    const launcher = process.ppid
    // npm, killed, tells nobody: the program must not be left running without its launcher.
    const watch = setInterval(() => {
      if (process.env.npm_lifecycle_event !== undefined && process.ppid !== launcher) child.kill('SIGTERM')
    }, 500)
    child.once('error', (error) => {
      console.error(error.message)
      clearInterval(watch)
      resolve(1)
    })
    child.once('exit', (code, signal) => {
      clearInterval(watch)
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0))
    })
  })

requireNode()
const [verb, ...args] = process.argv.slice(2)
const program = PROGRAMS[verb]
if (program === undefined) {
  console.error(`Unknown verb ${verb ?? ''}; one of: ${Object.keys(PROGRAMS).join(', ')}`)
  process.exit(2)
}
try {
  await withLock(join(ROOT, '.stack/bootstrap.lock'), async () => {
    await installIfNeeded(ROOT)
    await buildIfNeeded(ROOT)
  })
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
process.exit(await run(program, args))
