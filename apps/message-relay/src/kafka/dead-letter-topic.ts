/** Publishes what FAILED for its own fault to the dead-letter topic, with the error in its headers. */
import { partitionOf } from '../policy/java-partitioner'
import type { KafkaMessage } from '../policy/kafka-message'
import type { DeadLetter, DeadLetterTopic } from '../pipeline/ports'
import { recordBytes } from './plan-requests'
import type { RequestProducer } from './request-producer'
import type { TopicCatalog, TopicFacts } from './topic-facts'

/** An error's message may be long; a header need not be. */
const LONGEST_HEADER = 1000
const BATCH_OVERHEAD = 61

export class KafkaDeadLetterTopic implements DeadLetterTopic {
  constructor(
    private readonly topics: TopicCatalog,
    private readonly producer: RequestProducer,
    private readonly topic: string,
  ) {}

  async publish(
    letters: readonly DeadLetter[],
  ): Promise<{ got: readonly DeadLetter[]; problem: string | undefined }> {
    const got: DeadLetter[] = []
    try {
      const facts = await this.topics.of(this.topic)
      // One by one: they are few, and none shall keep another out.
      for (const letter of letters) {
        const [receipt] = await this.producer.send(this.topic, [this.record(letter, facts)])
        if (!receipt) throw new Error('the broker did not confirm a dead letter')
        got.push(letter)
      }
      return { got, problem: undefined }
    } catch (error) {
      this.topics.forget(this.topic)
      return { got, problem: error instanceof Error ? error.message : String(error) }
    }
  }

  async close(): Promise<void> {
    await this.producer.close()
  }

  private record(letter: DeadLetter, { partitions, maxBatchBytes }: TopicFacts) {
    const partition = partitionOf(Buffer.from(letter.key), partitions)
    const message = { topic: this.topic, key: letter.key, value: letter.value, headers: headers(letter) }
    const bytes = recordBytes({ message, partition }) + BATCH_OVERHEAD
    return { partition, message: bytes > maxBatchBytes ? withoutValue(message, bytes) : message }
  }
}

function withoutValue(message: KafkaMessage, bytes: number): KafkaMessage {
  return {
    ...message,
    value: '',
    headers: { ...message.headers, value_omitted: 'true', value_bytes: String(bytes) },
  }
}

function headers(letter: DeadLetter): Record<string, string> {
  const { error } = letter
  return {
    ...(letter.eventId === null ? {} : { event_id: letter.eventId }),
    ...(letter.eventType === null ? {} : { event_type: letter.eventType }),
    outbox_id: letter.id,
    original_topic: letter.topic.slice(0, LONGEST_HEADER),
    attempts: String(letter.attempts),
    error_class: error?.class ?? 'unknown',
    ...(error?.code === undefined ? {} : { error_code: error.code }),
    error_message: (error?.message ?? '').slice(0, LONGEST_HEADER),
    ...(error?.attempts.length ? { failed_at: error.attempts.at(-1) ?? '' } : {}),
  }
}
