/** Creates topics that do not exist, and never changes one that does. */
import { KafkaJSAggregateError, KafkaJSProtocolError, type Admin, type Kafka } from 'kafkajs'

export interface TopicReport {
  readonly topic: string
  readonly created: boolean
  readonly partitions: number
}

const TOPIC_ALREADY_EXISTS = 36
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
      const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] })
      reports.push({ topic, created, partitions: found[0]?.partitions.length ?? 0 })
    }
    return reports
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

async function create(admin: Admin, topic: string, numPartitions: number): Promise<boolean> {
  try {
    return await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions, replicationFactor: DEFAULT_REPLICATION }],
    })
  } catch (error) {
    // Somebody else may have made it a moment ago: that is as good.
    if (error instanceof KafkaJSAggregateError && error.errors.every((each) => alreadyExists(each)))
      return false
    throw error
  }
}

function alreadyExists(error: unknown): boolean {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof KafkaJSProtocolError && cause.code === TOPIC_ALREADY_EXISTS
}
