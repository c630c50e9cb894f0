/** `npm run stack -- <verb>`: drives the running stack, so that anyone can play an outage. */
import { spawn } from 'node:child_process'
import { Command, InvalidArgumentError } from 'commander'
import { explain } from '../cli/run-program'
import { tailOf } from '../processes/owned-process'
import { StackRefusal } from '../provider'
import { control } from './control-client'
import type { ControlRequest, PartStatus } from './control-server'

const PART = 'postgres, kafka, gateway, relay (all of them) or relay:2 (one, from 1)'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const show = (parts: readonly PartStatus[]): void => {
  const width = Math.max(...parts.map(({ name }) => name.length))
  for (const { name, state, pid, address } of parts) {
    say(`${name.padEnd(width)}  ${state.padEnd(8)}  ${String(pid ?? '-').padStart(7)}  ${address}`)
  }
}

const count = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.')
  return value
}

const logFilesOf = async (name: string): Promise<PartStatus[]> => {
  const parts = await control({ verb: 'status' })
  const found = parts.filter((part) => part.name === name || part.name.split(':')[0] === name)
  if (found.length === 0) throw new StackRefusal(`no part ${name}; a part is ${PART}`)
  return found
}

const showLogs = async (name: string, options: { lines: number; follow?: true }): Promise<void> => {
  const parts = await logFilesOf(name)
  const files = parts.flatMap(({ log }) => (log === null ? [] : [log]))
  if (files.length === 0) throw new StackRefusal(`${name} is external: its log is not here`)
  if (options.follow) {
    spawn('tail', ['-n', String(options.lines), '-F', ...files], { stdio: 'inherit' })
    return
  }
  for (const file of files)
    say(files.length > 1 ? `==> ${file} <==\n${tailOf(file, options.lines)}` : tailOf(file, options.lines))
}

const program = new Command('npm run stack --').description('Drives the running stack (npm start).')
program.showHelpAfterError('Every verb: npm run stack -- --help')

const perform = async (request: ControlRequest): Promise<void> => show(await control(request))

program
  .command('status')
  .description('what runs, and where')
  .option('--json', 'for programs')
  .action(async ({ json }: { json?: true }) => {
    const parts = await control({ verb: 'status' })
    if (json) say(JSON.stringify({ parts }, null, 2))
    else show(parts)
  })

program
  .command('logs')
  .description('the last lines of a part’s log')
  .argument('<part>', PART)
  .option('-n, --lines <n>', 'how many', count, 50)
  .option('-f, --follow', 'go on showing what is added')
  .action(showLogs)

const VERBS = {
  stop: 'end a part in order; data and port stay its own',
  start: 'start a part again',
  kill: 'end a part as a power cut would (SIGKILL)',
  freeze: 'suspend a part: connections stay open, nobody answers',
  thaw: 'let a frozen part go on',
} as const

for (const [verb, description] of Object.entries(VERBS) as [keyof typeof VERBS, string][]) {
  program
    .command(verb)
    .description(description)
    .argument('<part>', PART)
    .action((part: string) => perform({ verb, part }))
}

program
  .command('scale')
  .description('run so many relays')
  .argument('<part>', 'relay')
  .argument('<n>', 'how many', count)
  .action((part: string, wanted: number) => {
    if (part !== 'relay') throw new StackRefusal('only relay can be scaled')
    return perform({ verb: 'scale', count: wanted })
  })

program
  .command('reset')
  .description('a new empty database and new empty topics')
  .action(() => perform({ verb: 'reset' }))

// Not commander's default command: that would take a misspelt verb for an argument of its own.
const words = process.argv.length > 2 ? process.argv : [...process.argv, 'status']

program.parseAsync(words).catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
})
