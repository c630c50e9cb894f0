/** The events topic is deleted, made anew, and filled again by the operators' `replay`. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { createTopics, deleteTopics, RELAY_CLI } from '@infinite-scribe/local-stack'
import type { TopicRecord } from '../invariants/evidence'
import { readTopic } from '../invariants/read-topic'
import { withClient } from '../system/database'
import type { System } from '../system/system'
import { landed, type Strike } from './ground'

const run = promisify(execFile)

export const deleteTopic: Strike = async (fault, ground) => {
  const { system, pastTopics } = ground
  const records: TopicRecord[] = []
  await readTopic(system.brokers, system.topic, (some) => {
    records.push(...some)
    return Promise.resolve()
  })
  await deleteTopics(system.brokers.join(','), [system.topic])
  await delay(fault.lastsMs)
  pastTopics.push({ records, endedAt: Date.now() })
  const waiting = await rowsThatWait(system)
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
    `the topic had ${records.length} records when it was last read, ${waiting} rows waited for it when it was made anew; replay answered ${stdout.trim()}`,
  )
  return landed(waiting > 0)
}

const rowsThatWait = ({ databaseUrl, topic }: System): Promise<number> =>
  withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ waiting: number }>(
      `SELECT count(*)::integer AS waiting FROM event_outbox WHERE topic = $1 AND status = 'PENDING'`,
      [topic],
    )
    return rows[0]?.waiting ?? 0
  })
