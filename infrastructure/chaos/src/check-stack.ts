/** `npm run chaos -- check`: holds the running stack to the invariants, as it stands. */
import { writeFile } from 'node:fs/promises'
import { readStackFile, StackRefusal } from '@infinite-scribe/local-stack'
import { brokenAmong, checkInvariants } from './invariants/check-invariants'
import { renderVerdicts } from './report/verdicts'

/**
 * Whether none is broken. What was answered, and what the processes use, nobody has written down: I1, I9 and I10
 * are judged by the tables alone.
 * @throws StackRefusal when no stack runs here
 */
export async function checkRunningStack(json?: string): Promise<boolean> {
  const stack = readStackFile()
  if (stack === undefined) throw new StackRefusal('No stack runs here. Start one: npm start')
  const verdicts = await checkInvariants({
    databaseUrl: stack.database_url,
    brokers: stack.kafka_brokers.split(','),
    topic: stack.events_topic,
  })
  process.stdout.write(renderVerdicts(verdicts))
  if (json !== undefined) await writeFile(json, `${JSON.stringify(verdicts, null, 2)}\n`)
  return brokenAmong(verdicts).length === 0
}
