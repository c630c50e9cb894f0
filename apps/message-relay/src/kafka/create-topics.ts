/** Creates topics that do not exist, and never changes one that does. */
import { setTimeout as delay } from 'node:timers/promises'
import { KafkaJSAggregateError, KafkaJSProtocolError, type Admin, type Kafka } from 'kafkajs'

export interface TopicReport {
  readonly topic: string
  readonly created: boolean
  readonly partitions: number
}

const TOPIC_ALREADY_EXISTS = 36
/** What a broker says of a topic that the controller has made and it has not heard of yet. */
const NOT_YET = new Set([3, 5])
const LEADERS_WITHIN_MS = 15_000
const ASK_AGAIN_MS = 50
/** The broker's own default. */
const DEFAULT_REPLICATION = -1

/** What became of each of `topics`, in their order. @throws what kafkajs throws */
export async function createMissingTopics(
  kafka: Kafka,
  topics: readonly string[],
  numPartitions: number,
): Promise<TopicReport[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const reports: TopicReport[] = []
    for (const topic of topics) {
      const created = await create(admin, topic, numPartitions)
      reports.push({ topic, created, partitions: await partitionsWithLeaders(admin, topic) })
    }
    return reports
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

async function create(admin: Admin, topic: string, numPartitions: number): Promise<boolean> {
  try {
    return await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions, replicationFactor: DEFAULT_REPLICATION }],
    })
  } catch (error) {
    // Somebody else may have made it a moment ago: that is as good.
    if (error instanceof KafkaJSAggregateError && error.errors.every((each) => alreadyExists(each)))
      return false
    throw error
  }
}

/** How many partitions the topic has, once each can be written to. kafkajs's own wait fails at the first look. */
async function partitionsWithLeaders(admin: Admin, topic: string): Promise<number> {
  const deadline = Date.now() + LEADERS_WITHIN_MS
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      const partitions = topics[0]?.partitions ?? []
      if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return partitions.length
      if (Date.now() >= deadline) throw new Error(`topic ${topic} has partitions without a leader`)
    } catch (error) {
      if (!NOT_YET.has(codeOf(error) ?? 0) || Date.now() >= deadline) throw error
    }
    await delay(ASK_AGAIN_MS)
  }
}

function alreadyExists(error: unknown): boolean {
  return codeOf(error) === TOPIC_ALREADY_EXISTS
}

/** The broker's error code, where it gave one. */
function codeOf(error: unknown): number | undefined {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof KafkaJSProtocolError ? cause.code : undefined
}
