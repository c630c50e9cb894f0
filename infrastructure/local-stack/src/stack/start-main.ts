/** `npm start`: brings the whole stack up, says how to use it, and takes it down on Ctrl-C or SIGTERM. */
import { join } from 'node:path'
import { chooseProvider, openProvider } from '../choose-provider'
import { progressOn } from '../cli/progress'
import { exitCodeOf, runProgram, shutdownSignal, untilAborted } from '../cli/run-program'
import { STACK_FOLDER } from '../repository'
import { RunFolder } from '../runs/run-folder'
import { serveControl } from './control-server'
import { keepStart, readKeptStart } from './kept-start'
import { LocalStack } from './local-stack'
import { removeStackFile } from './stack-file'
import { Supervisor } from './supervisor'

const numberOr = (text: string | undefined, otherwise: number): number => {
  const value = Number(text)
  return text !== undefined && Number.isInteger(value) && value > 0 ? value : otherwise
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const welcome = (stack: LocalStack): void => {
  const {
    gateway_url,
    gateway_admin_url,
    relay_url,
    database_url,
    kafka_brokers,
    events_topic,
    provider,
    token,
  } = stack.describe()
  say(`
Infinite Scribe runs (${provider}).

  gateway      ${gateway_url}  (page to try it: ${gateway_url}/docs)
  its metrics  ${gateway_admin_url}/metrics
  relay        ${relay_url}
  PostgreSQL   ${database_url}
  Kafka        ${kafka_brokers}, topic ${events_topic}
  logs         ${stack.logFolder}
  for tools    .stack/stack.json (with a token for agents: agent_token)
  data         kept for the next start; npm run stack -- reset empties it

A token for user "developer", good for 24 hours:

${token}

Open a session:

curl -i -X POST ${gateway_url}/genesis/sessions -H 'Authorization: Bearer ${token}'

Play an outage: npm run stack -- freeze kafka   (npm run stack -- --help names the rest)
Ctrl-C takes everything down.`)
}

runProgram(async () => {
  const signal = shutdownSignal()
  const progress = progressOn(process.stdout)
  const { env } = process
  const name = await chooseProvider(env)
  const run = await RunFolder.open(join(STACK_FOLDER, 'runs'), 'start', true)
  const kept = readKeptStart(run.path)
  const stack = new LocalStack({
    provider: await openProvider(name, run, env, kept.ports),
    secret: kept.secret,
    run,
    environment: env,
    ports: {
      gateway: numberOr(env.PORT, 8000),
      gatewayAdmin: numberOr(env.GATEWAY_ADMIN_PORT, 8002),
      relay: numberOr(env.RELAY_HTTP_PORT, 8001),
    },
    onUnexpectedEnd: (part, how, logFile) => say(`${part} ended by itself (${how}); its log: ${logFile}`),
  })
  const supervisor = new Supervisor(stack)
  try {
    await untilAborted(signal, stack.start(progress))
    if (signal.aborted) return exitCodeOf(signal)
    keepStart(run.path, kept.secret, stack.describe())
    supervisor.watch()
    const control = await serveControl(supervisor.perform)
    welcome(stack)
    await untilAborted(signal, new Promise<never>(() => undefined))
    say('')
    await control.close()
    return 0
  } finally {
    supervisor.stopWatching()
    removeStackFile()
    await progress.step('Taking everything down', () => stack.close())
    run.release()
  }
})
