/** The model's Kafka: topics whose partitions are logs, and what a broker says of a request. */
import type { Failure } from './failure'
import type { KafkaMessage } from '../../policy/kafka-message'
import type { Fault } from '../../policy/outcome'

export interface Receipt {
  readonly partition: number
  readonly offset: string
}

export type Answer =
  | { readonly receipts: readonly Receipt[] }
  /** `divisible`: one record is to blame, and the answer does not say which. */
  | { readonly failure: Failure; readonly divisible: boolean }

export interface WrittenRecord extends KafkaMessage {
  readonly partition: number
}

export class Broker {
  /** Each topic's records in the order of their arrival. */
  private readonly topics = new Map<string, WrittenRecord[]>()
  private readonly partitions = 2

  /**
   * @param maxValueBytes a larger record is refused, and with it its partition's share of the request
   * @param onWritten hears of every record
   */
  constructor(
    topics: readonly string[],
    private readonly eventsTopic: string,
    private readonly maxValueBytes: number,
    private readonly onWritten: (record: WrittenRecord, offset: string) => void = () => undefined,
  ) {
    for (const topic of topics) this.topics.set(topic, [])
  }

  records(topic: string): readonly WrittenRecord[] {
    return this.topics.get(topic) ?? []
  }

  deleteTopic(topic: string): void {
    this.topics.delete(topic)
  }

  /** What is wrong with the events topic, or undefined. */
  problem(): Fault | undefined {
    return this.topics.has(this.eventsTopic)
      ? undefined
      : { class: 'unknown_topic', message: 'there is no such topic' }
  }

  partitionOf(key: string): number {
    return key.length === 0 ? 0 : key.charCodeAt(key.length - 1) % this.partitions
  }

  /** The shares of a request: each is written as a whole, or not at all. */
  shares(records: readonly KafkaMessage[]): KafkaMessage[][] {
    const shares = new Map<number, KafkaMessage[]>()
    for (const record of records) {
      const partition = this.partitionOf(record.key)
      shares.set(partition, [...(shares.get(partition) ?? []), record])
    }
    return [...shares.values()]
  }

  /** Takes a request for one topic: what each record's share of it is answered with. */
  produce(topic: string, records: readonly KafkaMessage[]): Answer {
    const log = this.topics.get(topic)
    if (!log) return { failure: this.unknownTopic(topic), divisible: false }
    const receipts = new Map<KafkaMessage, Receipt>()
    let refused = false
    for (const share of this.shares(records)) {
      if (share.some(({ value }) => value.length > this.maxValueBytes)) refused = true
      else for (const record of share) receipts.set(record, this.write(log, record))
    }
    if (refused) return { failure: TOO_LARGE, divisible: true }
    return { receipts: records.flatMap((record) => receipts.get(record) ?? []) }
  }

  private write(log: WrittenRecord[], record: KafkaMessage): Receipt {
    const partition = this.partitionOf(record.key)
    const offset = String(log.filter((written) => written.partition === partition).length)
    log.push({ ...record, partition })
    this.onWritten({ ...record, partition }, offset)
    return { partition, offset }
  }

  private unknownTopic(topic: string): Failure {
    const fault = { class: 'unknown_topic', message: `there is no topic ${topic}` }
    if (topic !== this.eventsTopic) return { kind: 'record_fault', fault, final: false }
    return { kind: 'unavailable', fault, scope: 'broker' }
  }
}

const TOO_LARGE: Failure = {
  kind: 'record_fault',
  fault: { class: 'record_too_large', message: 'larger than the broker takes' },
  final: false,
}
