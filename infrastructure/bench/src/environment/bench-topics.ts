/** Topics of the benchmark's own, counted and read to their end. */
import { randomUUID } from 'node:crypto'
import { createTopic } from '@infinite-scribe/local-stack'
import { Kafka, logLevel, type Admin } from 'kafkajs'

const PARTITIONS = 6

export class BenchTopics {
  private readonly kafka: Kafka
  private readonly admin: Admin
  private connected: Promise<void> | undefined
  private readonly made = new Set<string>()
  private readonly reused = new Map<string, string>()

  constructor(readonly brokers: readonly string[]) {
    this.kafka = new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING })
    this.admin = this.kafka.admin()
  }

  /** A new topic with as many partitions as production has, and its dead-letter topic. */
  async create(): Promise<string> {
    await (this.connected ??= this.admin.connect())
    const topic = `bench-${randomUUID()}`
    this.made.add(topic)
    await createTopic(this.admin, { topic, numPartitions: PARTITIONS, replicationFactor: 1 })
    await createTopic(this.admin, { topic: `${topic}.dlq`, numPartitions: 1, replicationFactor: 1 })
    return topic
  }

  /** The topic of this purpose, the same at every call, without a record. */
  async emptied(purpose: string): Promise<string> {
    const known = this.reused.get(purpose)
    if (known === undefined) {
      const topic = await this.create()
      this.reused.set(purpose, topic)
      return topic
    }
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, offset: '-1' }))
    await this.admin.deleteTopicRecords({ topic: known, partitions })
    return known
  }

  /** How many records the topic holds. */
  async count(topic: string): Promise<number> {
    const partitions = await this.admin.fetchTopicOffsets(topic)
    return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  }

  /** Calls `each` with the key and the value of every record, partition by partition in their order. */
  async readAll(topic: string, each: (key: string, value: Buffer) => void): Promise<void> {
    const ends = new Map<number, bigint>()
    for (const { partition, high, low } of await this.admin.fetchTopicOffsets(topic)) {
      if (BigInt(high) > BigInt(low)) ends.set(partition, BigInt(high))
    }
    if (ends.size === 0) return
    const groupId = `bench-${randomUUID()}`
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
        const end = ends.get(payload.partition)
        if (end !== undefined && BigInt(payload.lastOffset) + 1n >= end) ends.delete(payload.partition)
        if (ends.size === 0) resolve()
      })
      consumer
        .run({
          eachBatch: ({ batch }) => {
            for (const { key, value } of batch.messages) {
              each(key?.toString() ?? '', value ?? Buffer.alloc(0))
            }
            return Promise.resolve()
          },
        })
        .catch(reject)
    })
    await consumer.disconnect()
    await this.admin.deleteGroups([groupId])
  }

  async remove(topic: string): Promise<void> {
    this.made.delete(topic)
    await this.admin.deleteTopics({ topics: [topic, `${topic}.dlq`] })
  }

  async close(): Promise<void> {
    if (!this.connected) return
    for (const topic of this.made) await this.remove(topic).catch(() => undefined)
    await this.admin.disconnect()
  }
}
