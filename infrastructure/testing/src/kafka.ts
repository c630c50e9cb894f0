/** Topics of a test's own, and reading them to their end. */
import { randomUUID } from 'node:crypto'
import { createTopic } from '@infinite-scribe/local-stack'
import { Kafka, logLevel, type IHeaders } from 'kafkajs'

export { createTopic }

export interface ReadRecord {
  partition: number
  offset: string
  key: string | null
  value: string | null
  headers: Record<string, string>
  /** Milliseconds since the epoch, as Kafka has it. */
  timestamp: string
}

/** The brokers that the test runner started. */
export function testBrokers(): string[] {
  const brokers = process.env.TEST_KAFKA_BROKERS
  if (!brokers) throw new Error('TEST_KAFKA_BROKERS is not set: run the tests with `npm test`')
  return brokers.split(',')
}

/** A Kafka client for the test itself. */
export function testKafka(clientId = 'test'): Kafka {
  return new Kafka({ clientId, brokers: testBrokers(), logLevel: logLevel.NOTHING })
}

/**
 * Creates a topic with a name of its own and returns the name.
 * @param partitions 6 unless given, as in production
 */
export async function createTestTopic(partitions = 6, name = `test-${randomUUID()}`): Promise<string> {
  const admin = testKafka().admin()
  await admin.connect()
  try {
    await createTopic(admin, { topic: name, numPartitions: partitions, replicationFactor: 1 })
    return name
  } finally {
    await admin.disconnect()
  }
}

/** Every record that the topic holds now, by partition and offset. */
export async function readTopicToEnd(topic: string, kafka = testKafka()): Promise<ReadRecord[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = new Map<number, bigint>()
  for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
    if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high))
  }
  if (ends.size === 0) {
    await admin.disconnect()
    return []
  }
  // By its place, so that a consumer that began again counts no record twice.
  const records = new Map<string, ReadRecord>()
  const groupId = `test-${randomUUID()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      // A broker that has just started is still loading its groups: kafkajs asks again.
      if (!payload.restart) reject(payload.error)
    })
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const end = ends.get(payload.partition)
      if (end !== undefined && BigInt(payload.lastOffset) + 1n >= end) ends.delete(payload.partition)
      if (ends.size === 0) resolve()
    })
    consumer
      .run({
        // eslint-disable-next-line @typescript-eslint/require-await -- kafkajs wants a promise
        eachMessage: async ({ partition, message }) => {
          records.set(`${partition}/${message.offset}`, {
            partition,
            offset: message.offset,
            key: message.key?.toString() ?? null,
            value: message.value?.toString() ?? null,
            headers: textHeaders(message.headers),
            timestamp: message.timestamp,
          })
        },
      })
      .catch(reject)
  }).catch(async (error: unknown) => {
    await Promise.allSettled([consumer.disconnect(), admin.disconnect()])
    throw error
  })
  await consumer.disconnect()
  await admin.deleteGroups([groupId])
  await admin.disconnect()
  return [...records.values()].sort(
    (a, b) => a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset)),
  )
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]))
}
