/** Makes the topics of a stack, by the relay's own command, and empties a broker for a fresh start. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY_ROOT } from '../repository'
import { PROBE_TOPIC, quietKafka } from '../readiness/kafka-ready'
import { waitUntil } from '../wait-until'

export const RELAY_CLI = join(REPOSITORY_ROOT, 'apps/message-relay/dist/operator/main.js')

/**
 * Creates the events topic and its dead-letter topic where they are missing.
 * @throws with the command's own words when it fails
 */
export const createTopics = async (environment: NodeJS.ProcessEnv): Promise<void> => {
  if (!existsSync(RELAY_CLI)) throw new Error(`${RELAY_CLI} is not built`)
  const child = spawn(process.execPath, [RELAY_CLI, 'topics', '--create'], {
    cwd: REPOSITORY_ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0)
    throw new Error(`the topics could not be created (exit code ${String(code)})\n${output.trim()}`)
}

const isOurs = (topic: string): boolean => !topic.startsWith('__') && topic !== PROBE_TOPIC

/** Deletes topics (all but Kafka's own when none are named) and waits until they are gone. */
export const deleteTopics = async (brokers: string, named?: readonly string[]): Promise<void> => {
  const admin = quietKafka(brokers, 10_000).admin()
  await admin.connect()
  try {
    const there = await admin.listTopics()
    const topics = there.filter((topic) => isOurs(topic) && (named?.includes(topic) ?? true))
    if (topics.length === 0) return
    await admin.deleteTopics({ topics })
    await waitUntil(
      'the end of the topics',
      async () => {
        const left = await admin.listTopics()
        return left.some((topic) => topics.includes(topic)) ? undefined : true
      },
      { timeoutMs: 20_000 },
    )
  } finally {
    await admin.disconnect()
  }
}
