#!/usr/bin/env node
/** The operators' command line: `message-relay <verb>`. */
import { hostname, userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { ConfigurationError, EX_CONFIG } from '@infinite-scribe/service-kit'
import { CommanderError } from 'commander'
import { takeSignals } from './interrupt'
import { operatorProgram } from './program'
import { progressBar } from './progress-bar'

/** It could not be tried: 1 says that something was found, or not all was done. */
const EX_NOT_TRIED = 2

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // It takes Ctrl-C for itself.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const answer = await terminal.question(`${question} [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

const { onInterrupt, interrupted } = takeSignals(process)
const program = operatorProgram({
  environment: process.env,
  who: `${userInfo().username}@${hostname()}`,
  print: (text) => void process.stdout.write(`${text}\n`),
  bar: (title, total) => progressBar(process.stderr, title, total),
  onInterrupt,
  confirm,
  warn: (text) => void process.stderr.write(`${text}\n`),
  exitWith: (code) => (process.exitCode = code),
})
for (const command of [program, ...program.commands]) command.exitOverride()
program.parseAsync(process.argv).catch((error: unknown) => {
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
})
