/** Publishes what FAILED for its own fault to the dead-letter topic, with the error in its headers. */
import { partitionOf } from '../policy/java-partitioner'
import type { DeadLetter, DeadLettersPublished, DeadLetterTopic } from '../pipeline/ports'
import { classify, problemOf } from './error-table'
import { batchBytes, LARGEST_UNASKED_BYTES, MAX_REQUEST_BYTES } from './plan-requests'
import type { PartitionedRecord, RequestProducer } from './request-producer'
import type { TopicCatalog, TopicFacts } from './topic-facts'

/** An error's message may be long, and so may what a row says of itself; a header need not be. */
const LONGEST_TEXT = 1000

export class KafkaDeadLetterTopic implements DeadLetterTopic {
  constructor(
    private readonly topics: TopicCatalog,
    private readonly producer: RequestProducer,
    private readonly topic: string,
  ) {}

  async publish(letters: readonly DeadLetter[]): Promise<DeadLettersPublished> {
    const got: DeadLetter[] = []
    const refused: { letter: DeadLetter; reason: string }[] = []
    try {
      const facts = await this.topics.of(this.topic)
      // One by one: they are few, and none shall keep another out.
      for (const letter of letters) {
        const reason = await this.send(letter, facts)
        if (reason === undefined) got.push(letter)
        else refused.push({ letter, reason })
      }
      return { got, refused, problem: undefined }
    } catch (error) {
      this.topics.forget(this.topic)
      return { got, refused, problem: problemOf(error) }
    }
  }

  /**
   * Sends what of the letter the topic takes.
   * @returns why it takes not even the least of it
   * @throws what is not the letter's own fault: the next one would fare no better
   */
  private async send(letter: DeadLetter, facts: TopicFacts): Promise<string | undefined> {
    const whole = record(letter, this.topic, facts)
    // An unknown bound may be higher; what a request of several would hold is answered for sure. A known one may be higher
    // than what a publish has time for, and a letter that never gets through with its value shall get through without it.
    const bound = facts.isBoundKnown
      ? Math.min(facts.maxBatchBytes, LARGEST_UNASKED_BYTES)
      : MAX_REQUEST_BYTES
    const refusal = whole.bytes > bound ? 'too large' : await this.refusal(whole)
    return refusal === undefined ? undefined : await this.refusal(withoutContent(whole))
  }

  private async refusal(record: PartitionedRecord): Promise<string | undefined> {
    try {
      const [receipt] = await this.producer.send(this.topic, [record])
      if (!receipt) throw new Error('the broker did not confirm a dead letter')
      return undefined
    } catch (error) {
      // The topic's absence is no letter's fault.
      const failure = classify(error, { ownTopic: false })
      if (failure.kind === 'record_fault') return failure.fault.message
      throw error
    }
  }

  async close(): Promise<void> {
    await this.producer.close()
  }
}

type Letter = PartitionedRecord & { readonly bytes: number }

function record(letter: DeadLetter, topic: string, { partitions }: TopicFacts): Letter {
  const partition = partitionOf(Buffer.from(letter.key), partitions)
  const message = { topic, key: letter.key, value: letter.value, headers: headers(letter) }
  return { partition, message, bytes: batchBytes({ message, partition }) }
}

/** What is left is small, whatever made it large; the partition stays that of the whole key. */
function withoutContent({ message, partition }: Letter): PartitionedRecord {
  const { key, headers } = message
  const omitted = { value_omitted: 'true', value_bytes: String(Buffer.byteLength(message.value)) }
  const cut = key.length > LONGEST_TEXT ? { key_cut: 'true', key_bytes: String(Buffer.byteLength(key)) } : {}
  const left = {
    ...message,
    key: key.slice(0, LONGEST_TEXT),
    value: '',
    headers: { ...headers, ...omitted, ...cut },
  }
  return { partition, message: left }
}

function headers(letter: DeadLetter): Record<string, string> {
  const { error } = letter
  return {
    ...(letter.eventId === null ? {} : { event_id: letter.eventId.slice(0, LONGEST_TEXT) }),
    ...(letter.eventType === null ? {} : { event_type: letter.eventType.slice(0, LONGEST_TEXT) }),
    outbox_id: letter.id,
    original_topic: letter.topic.slice(0, LONGEST_TEXT),
    attempts: String(letter.attempts),
    error_class: error?.class ?? 'unknown',
    ...(error?.code === undefined ? {} : { error_code: error.code }),
    error_message: (error?.message ?? '').slice(0, LONGEST_TEXT),
    ...(error?.attempts.length ? { failed_at: error.attempts.at(-1) ?? '' } : {}),
  }
}
