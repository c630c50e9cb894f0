/** Sends one request at a time and says where each of its records landed. */
import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs'
import type { KafkaMessage } from '../policy/kafka-message'

export interface PartitionedRecord {
  readonly message: KafkaMessage
  readonly partition: number
}

/** Where a record landed; undefined when the answer does not speak of its partition. */
export type Receipt = { readonly partition: number; readonly offset: string } | undefined

/** A publish took longer than it may; what became of it is unknown. */
export class PublishDeadlineError extends Error {
  override readonly name = 'PublishDeadlineError'
}

/**
 * One request in flight, never two: kafkajs reorders a partition otherwise. Records go where the caller says,
 * and what the answer does not confirm has no receipt: kafkajs drops a record of a partition out of range in silence.
 */
export class RequestProducer {
  private producer: Producer | undefined
  private tail: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly kafka: Kafka,
    private readonly deadlineMs: number,
  ) {}

  /**
   * Publishes records of one topic, in order for each partition.
   * @throws {PublishDeadlineError} after the deadline; the producer is replaced then
   * @throws what kafkajs throws
   */
  send(topic: string, records: readonly PartitionedRecord[]): Promise<Receipt[]> {
    const sent = this.tail.then(() => this.sendNow(topic, records))
    this.tail = sent.catch(() => undefined)
    return sent
  }

  /** Waits for the request in flight, then disconnects. */
  async close(): Promise<void> {
    await this.tail
    await this.producer?.disconnect().catch(() => undefined)
    this.producer = undefined
  }

  private async sendNow(topic: string, records: readonly PartitionedRecord[]): Promise<Receipt[]> {
    const answer = await this.withinDeadline(async (isLate) => {
      const producer = await this.connected(isLate)
      return await producer.sendBatch({
        acks: -1,
        // Below the client's own time-out, so that a missing replica shows as that and not as silence.
        timeout: Math.floor(this.deadlineMs * 0.75),
        topicMessages: [{ topic, messages: records.map(toKafkaJsMessage) }],
      })
    })
    return receipts(records, answer)
  }

  private async connected(isLate: () => boolean): Promise<Producer> {
    if (this.producer) return this.producer
    const producer = this.kafka.producer({
      allowAutoTopicCreation: false,
      idempotent: false,
      retry: { retries: 0 },
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    })
    try {
      await producer.connect()
    } catch (error) {
      producer.disconnect().catch(() => undefined)
      throw error
    }
    if (isLate()) {
      // Its caller has been told; what began now might be on its way when the lanes are another's.
      producer.disconnect().catch(() => undefined)
      throw new PublishDeadlineError(`no connection within ${this.deadlineMs} ms`)
    }
    return (this.producer = producer)
  }

  private async withinDeadline<T>(work: (isLate: () => boolean) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    let late = false
    const working = work(() => late)
    working.catch(() => undefined)
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true
        this.replace()
        reject(new PublishDeadlineError(`no answer within ${this.deadlineMs} ms`))
      }, this.deadlineMs)
    })
    try {
      return await Promise.race([working, deadline])
    } finally {
      clearTimeout(timer)
    }
  }

  /** A socket may be dead without anybody having said so: the next request gets a new one. */
  private replace(): void {
    const old = this.producer
    this.producer = undefined
    old?.disconnect().catch(() => undefined)
  }
}

function toKafkaJsMessage({ message, partition }: PartitionedRecord): Message {
  return { key: message.key, value: message.value, partition, headers: message.headers }
}

/** Records of one partition are numbered from the base offset in the order they were sent. */
function receipts(records: readonly PartitionedRecord[], answer: readonly RecordMetadata[]): Receipt[] {
  const next = new Map<number, number>()
  for (const { partition, baseOffset, offset } of answer) {
    const first = baseOffset ?? offset
    // An offset is a 64-bit number, but 2^53 records are more than a partition will ever have had.
    if (first !== undefined) next.set(partition, Number(first))
  }
  return records.map(({ partition }) => {
    const offset = next.get(partition)
    if (offset === undefined) return undefined
    next.set(partition, offset + 1)
    return { partition, offset: String(offset) }
  })
}
