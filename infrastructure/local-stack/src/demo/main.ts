/** `npm run demo`: a stack of its own, commands that go through PostgreSQL to Kafka and come back, and nothing left. */
import { join } from 'node:path'
import { chooseProvider, openProvider } from '../choose-provider'
import { progressOn, type Progress } from '../cli/progress'
import { exitCodeOf, explain, runProgram, shutdownSignal, untilAborted } from '../cli/run-program'
import type { ProviderName } from '../provider'
import { STACK_FOLDER } from '../repository'
import { RunFolder } from '../runs/run-folder'
import { LocalStack } from '../stack/local-stack'
import { DemoFault } from './demo-fault'
import { EventListener } from './event-listener'
import { tellStory } from './story'

/** On somebody else's servers the demo works in a database and on a topic of its own. */
const placesOn = (provider: ProviderName): { database?: string; eventsTopic: string } =>
  provider === 'external'
    ? { database: `infinite_scribe_demo_${process.pid}`, eventsTopic: `domain-events-demo-${process.pid}` }
    : { eventsTopic: 'domain-events' }

const play = async (stack: LocalStack, progress: Progress): Promise<void> => {
  await stack.start(progress)
  const listener = new EventListener(stack.provider.kafka.brokers, stack.eventsTopic)
  try {
    await progress.step('A Kafka consumer joins', () => listener.start())
    await tellStory(stack, listener, progress)
  } finally {
    await listener.stop()
  }
}

runProgram(async () => {
  const signal = shutdownSignal()
  const progress = progressOn(process.stdout)
  const since = performance.now()
  const name = await chooseProvider(process.env)
  const run = await RunFolder.open(join(STACK_FOLDER, 'runs'), `demo-${process.pid}`)
  const provider = await openProvider(name, run, process.env)
  const stack = new LocalStack({ provider, run, environment: process.env, ...placesOn(name) })
  let fault: Error | undefined
  try {
    await untilAborted(signal, play(stack, progress))
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error))
  }
  await progress.step('Taking everything down', async () => {
    if (name === 'external') await stack.removeTraces().catch(() => undefined)
    await stack.close()
  })
  if (fault !== undefined && !signal.aborted) run.keepLogs()
  run.release()

  if (signal.aborted) return exitCodeOf(signal)
  if (fault === undefined) {
    progress.line(`\nThe demo is done (${((performance.now() - since) / 1000).toFixed(1)} s).`)
    return 0
  }
  progress.line(`\nThe demo failed: ${fault instanceof DemoFault ? fault.message : explain(fault)}`)
  progress.line(`Logs: ${stack.logFolder}`)
  return 1
})
