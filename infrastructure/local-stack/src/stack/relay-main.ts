/** `npm run relay -- …`: the relay's command line, with the settings of the running stack. */
import { spawn } from 'node:child_process'
import { runProgram } from '../cli/run-program'
import { relaySettings } from './relay-settings'
import { readStackFile } from './stack-file'
import { RELAY_CLI } from './topics'

/** The command line's own code for what could not be tried. */
const EX_NOT_TRIED = 2

runProgram(async () => {
  const { environment, notice } = relaySettings(process.env, readStackFile())
  if (notice !== undefined) process.stderr.write(`${notice}\n`)
  const child = spawn(process.execPath, [RELAY_CLI, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: environment,
  })
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name))
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}, EX_NOT_TRIED)
