/** Reads a topic from its beginning to where it ends now, in bounded memory. */
import { randomUUID } from 'node:crypto'
import type { Batch, Kafka } from 'kafkajs'

export interface TopicRecord {
  readonly partition: number
  readonly offset: string
  readonly eventId: string | null
  /** Milliseconds since the epoch. */
  readonly timestamp: number
}

export interface TopicRange {
  readonly partition: number
  readonly low: string
  readonly high: string
}

/** What is still to be read of a partition. */
interface Rest {
  next: bigint
  readonly end: bigint
}

/**
 * Hands every record below the ends found at the start to `take`, a batch at a time, each partition in order and each
 * record once, and with it how many there are in all.
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
    const open = new Map<number, Rest>()
    for (const { partition, low, high } of ranges) {
      if (BigInt(high) > BigInt(low)) open.set(partition, { next: BigInt(low), end: BigInt(high) })
    }
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
  open: Map<number, Rest>,
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
      // Not by the records: the last ones may be of a transaction that was taken back, which nobody is shown.
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) => {
        const rest = open.get(partition)
        if (rest && BigInt(lastOffset) + 1n >= rest.end) open.delete(partition)
        if (open.size === 0) resolve()
      })
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: true,
          eachBatch: async ({ batch }) => {
            const rest = open.get(batch.partition)
            if (rest === undefined) return
            try {
              await take(toRecords(batch, rest))
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)))
              return
            }
            // A consumer that lost its place in the group begins again from the beginning.
            const next = BigInt(batch.lastOffset()) + 1n
            if (next > rest.next) rest.next = next
          },
        })
        .catch(reject)
    })
  } finally {
    await consumer.disconnect().catch(() => undefined)
  }
}

function toRecords(batch: Batch, { next, end }: Rest): TopicRecord[] {
  return batch.messages
    .filter(({ offset }) => BigInt(offset) >= next && BigInt(offset) < end)
    .map(({ offset, headers, value, timestamp }) => ({
      partition: batch.partition,
      offset,
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
