/** Reads a topic from its beginning to where it ends now. */
import { randomUUID } from 'node:crypto'
import { Kafka, logLevel, type Batch } from 'kafkajs'
import type { TopicRecord } from './evidence'

export interface TopicRange {
  readonly partition: number
  readonly low: string
  readonly high: string
}

/**
 * Hands every record below the ends found at the start to `take`, a batch at a time, each partition in order.
 * @returns the ranges that were read; none when there is no such topic
 * @throws what kafkajs or `take` throws
 */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
  take: (records: readonly TopicRecord[]) => Promise<void>,
): Promise<TopicRange[]> {
  const kafka = new Kafka({ clientId: 'chaos', brokers: [...brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    const topics = await admin.listTopics()
    if (!topics.includes(topic)) return []
    const ranges = (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
      partition,
      low,
      high,
    }))
    const ends = new Map(
      ranges.flatMap(({ partition, low, high }) =>
        BigInt(high) > BigInt(low) ? [[partition, BigInt(high)]] : [],
      ),
    )
    if (ends.size > 0) await consume(kafka, topic, ends, take)
    return ranges
  } finally {
    await admin.disconnect()
  }
}

async function consume(
  kafka: Kafka,
  topic: string,
  ends: Map<number, bigint>,
  take: (records: readonly TopicRecord[]) => Promise<void>,
): Promise<void> {
  const consumer = kafka.consumer({ groupId: `chaos-${randomUUID()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        // A broker that has just started is still loading its groups: kafkajs asks again.
        if (!payload.restart) reject(payload.error)
      })
      const eachBatch = async ({ batch }: { batch: Batch }): Promise<void> => {
        const end = ends.get(batch.partition)
        if (end === undefined) return
        try {
          await take(recordsOf(batch, end))
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
          return
        }
        if (BigInt(batch.lastOffset()) + 1n >= end) ends.delete(batch.partition)
        if (ends.size === 0) resolve()
      }
      consumer.run({ autoCommit: false, eachBatch }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
}

const recordsOf = (batch: Batch, end: bigint): TopicRecord[] =>
  batch.messages
    .filter(({ offset }) => BigInt(offset) < end)
    .map(({ offset, key, value }) => ({
      partition: batch.partition,
      offset,
      key: key?.toString() ?? null,
      value: value?.toString() ?? null,
    }))
