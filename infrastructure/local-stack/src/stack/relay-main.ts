/** `npm run relay -- …`: the relay's command line, with the settings of the running stack. */
import { spawn } from 'node:child_process'
import { runProgram } from '../cli/run-program'
import { StackRefusal } from '../provider'
import { readStackFile } from './stack-file'
import { RELAY_CLI } from './topics'

runProgram(async () => {
  const stack = readStackFile()
  if (stack === undefined) throw new StackRefusal('No stack runs here. Start one: npm start')
  const child = spawn(process.execPath, [RELAY_CLI, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      SERVICE_TYPE: 'message-relay',
      DATABASE_URL: stack.database_url,
      KAFKA_BROKERS: stack.kafka_brokers,
      EVENTS_TOPIC: stack.events_topic,
    },
  })
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name))
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
})
