/** Reads a topic from its beginning to where it ends now, in bounded memory. */
import { randomUUID } from 'node:crypto'
import type { Batch, Kafka } from 'kafkajs'

export interface TopicRecord {
  readonly partition: number
  readonly offset: string
  readonly key: string | null
  readonly eventId: string | null
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

export interface TopicRange {
  readonly partition: number
  readonly low: string
  readonly high: string
}

/**
 * Hands every record below the ends found at the start to `take`, a batch at a time, each partition in order, and
 * with it how many there are in all.
 * @returns the ranges that were read
 * @throws what kafkajs or `take` throws
 */
export async function readTopic(
  kafka: Kafka,
  topic: string,
  take: (records: readonly TopicRecord[], total: number) => Promise<void>,
): Promise<TopicRange[]> {
  const admin = kafka.admin()
  await admin.connect()
  const groupId = `message-relay-verify-${randomUUID()}`
  try {
    const ranges = (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
      partition,
      low,
      high,
    }))
    const open = new Map(
      ranges.flatMap(({ partition, low, high }) =>
        BigInt(high) > BigInt(low) ? [[partition, BigInt(high)]] : [],
      ),
    )
    if (open.size > 0) {
      const total = ranges.reduce((sum, { low, high }) => sum + Number(BigInt(high) - BigInt(low)), 0)
      await consume(kafka, groupId, topic, open, (records) => take(records, total))
      await admin.deleteGroups([groupId]).catch(() => undefined)
    }
    return ranges.sort((a, b) => a.partition - b.partition)
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

async function consume(
  kafka: Kafka,
  groupId: string,
  topic: string,
  open: Map<number, bigint>,
  take: (records: readonly TopicRecord[]) => Promise<void>,
): Promise<void> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: true,
          eachBatch: async ({ batch }) => {
            const end = open.get(batch.partition)
            if (end === undefined) return
            try {
              await take(toRecords(batch, end))
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)))
              return
            }
            if (BigInt(batch.lastOffset()) + 1n >= end) open.delete(batch.partition)
            if (open.size === 0) resolve()
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect().catch(() => undefined)
  }
}

function toRecords(batch: Batch, end: bigint): TopicRecord[] {
  return batch.messages
    .filter(({ offset }) => BigInt(offset) < end)
    .map(({ offset, key, headers, value, timestamp }) => ({
      partition: batch.partition,
      offset,
      key: key?.toString() ?? null,
      eventId: headers?.event_id?.toString() ?? eventIdOf(value),
      timestamp: Number(timestamp),
    }))
}

/** Of a record that no relay of ours wrote. */
function eventIdOf(value: Buffer | null): string | null {
  try {
    const parsed: unknown = JSON.parse(value?.toString() ?? '')
    const { event_id: id } = parsed as { event_id?: unknown }
    return typeof id === 'string' ? id : null
  } catch {
    return null
  }
}
