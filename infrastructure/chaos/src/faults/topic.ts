/** The events topic is deleted, made anew, and filled again by the operators' `replay`. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { createTopics, deleteTopics, RELAY_CLI } from '@infinite-scribe/local-stack'
import type { TopicRecord } from '../invariants/evidence'
import { readTopic } from '../invariants/read-topic'
import { landed, type Strike } from './ground'

const run = promisify(execFile)

export const deleteTopic: Strike = async (fault, ground) => {
  const { system, ledger, pastTopics } = ground
  const records: TopicRecord[] = []
  await readTopic(system.brokers, system.topic, (some) => {
    records.push(...some)
    return Promise.resolve()
  })
  const busy = ledger.inFlight > 0
  await deleteTopics(system.brokers.join(','), [system.topic])
  await delay(fault.lastsMs)
  pastTopics.push({ records, endedAt: Date.now() })
  const environment = system.operatorEnvironment()
  await createTopics(environment)
  const { stdout } = await run(
    process.execPath,
    [RELAY_CLI, 'replay', '--since', '2000-01-01', '--yes', '--json'],
    {
      env: environment,
    },
  )
  ground.note(
    `the topic had ${records.length} records when it was last read; replay answered ${stdout.trim()}`,
  )
  return landed(busy)
}
