#!/usr/bin/env node
/** The operators' command line: `message-relay <verb>`. */
import { ConfigurationError, EX_CONFIG } from '@infinite-scribe/service-kit'
import { CommanderError } from 'commander'
import { confirm } from './confirm'
import { takeSignals } from './interrupt'
import { operatorProgram } from './program'
import { progressBar } from './progress-bar'
import { operatorName } from './who'

/** It could not be tried: 1 says that something was found, or not all was done. */
const EX_NOT_TRIED = 2

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read it has seen enough, as `head` has.
  if (error.code === 'EPIPE') return
  process.stderr.write(`message-relay: ${error.message}\n`)
  process.exitCode = EX_NOT_TRIED
})
process.stderr.on('error', () => undefined)

const { onInterrupt, interrupted } = takeSignals(process)
const program = operatorProgram({
  environment: process.env,
  who: operatorName(process.getuid?.()),
  columns: process.stdout.isTTY ? process.stdout.columns : Infinity,
  print: (text) => void process.stdout.write(`${text}\n`),
  bar: (title, total) => progressBar(process.stderr, title, total),
  onInterrupt,
  confirm: (question) =>
    confirm(question, process.stdin, process.stderr, () => process.kill(process.pid, 'SIGINT')),
  warn: (text) => void process.stderr.write(`${text}\n`),
  exitWith: (code) => (process.exitCode = code),
})
for (const command of [program, ...program.commands]) command.exitOverride()
const tell = (error: unknown): void => {
  // What was cancelled failed by that: whoever sent the signal knows.
  if (interrupted()) return
  if (error instanceof CommanderError) {
    // It has been told.
    process.exitCode = error.exitCode === 0 ? 0 : EX_NOT_TRIED
    return
  }
  if (error instanceof ConfigurationError) {
    process.stderr.write(error.faults.map((fault) => `message-relay: ${fault}\n`).join(''))
    process.exitCode = EX_CONFIG
    return
  }
  process.stderr.write(`message-relay: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = EX_NOT_TRIED
}

/**
 * Once what was printed is out. Left to end by itself, Node may turn round for ever: a socket that was cut in the middle
 * of a write never says that the write has ended.
 */
const exit = (): void => {
  if (!interrupted()) process.stdout.write('', () => process.stderr.write('', () => process.exit()))
}

void program.parseAsync(process.argv).catch(tell).finally(exit)
