#!/usr/bin/env node
/** The operators' command line: `message-relay <verb>`. */
import { Command } from 'commander'
import { ConfigurationError, EX_CONFIG } from '@infinite-scribe/service-kit'
import { readOperatorConfiguration } from '../config'
import { createTopics } from './topics'
import { describeTopics } from './describe-topics'

const print = (text: string): void => void process.stdout.write(`${text}\n`)

function program(): Command {
  const command = new Command('message-relay')
    .description('Looks after the outbox relay of Infinite Scribe.')
    .showHelpAfterError()
  command
    .command('topics')
    .description(
      'creates the events topic and its dead-letter topic where they are missing; never changes one',
    )
    .requiredOption('--create', 'create what is missing')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const topics = await createTopics(readOperatorConfiguration(process.env))
      print(json ? JSON.stringify({ topics }) : describeTopics(topics))
    })
  return command
}

program()
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof ConfigurationError) {
      process.stderr.write(error.faults.map((fault) => `message-relay: ${fault}\n`).join(''))
      process.exitCode = EX_CONFIG
      return
    }
    process.stderr.write(`message-relay: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
