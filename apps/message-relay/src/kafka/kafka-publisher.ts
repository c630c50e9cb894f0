/** Publishes records to Kafka so that one bad record fails alone. */
import type { NotTried, Publisher } from '../pipeline/ports'
import { partitionOf } from '../policy/java-partitioner'
import type { KafkaMessage } from '../policy/kafka-message'
import type { Fault, Outcome } from '../policy/outcome'
import { classify, problemOf, type Failure } from './error-table'
import { isTooLargeToSend, LARGEST_UNASKED_BYTES, planRequests } from './plan-requests'
import { PublishCall, type Placed } from './publish-call'
import type { PartitionedRecord, Receipt, RequestProducer } from './request-producer'
import type { TopicCatalog, TopicFacts } from './topic-facts'

type Entry = PartitionedRecord & Placed

export class KafkaPublisher implements Publisher {
  constructor(
    private readonly topics: TopicCatalog,
    private readonly eventsProducer: RequestProducer,
    /** Foreign topics: what goes wrong with them is kept away from the events. */
    private readonly otherProducer: RequestProducer,
    private readonly eventsTopic: string,
  ) {}

  async publish(
    records: readonly KafkaMessage[],
    mayStart: () => boolean,
  ): Promise<readonly (Outcome | NotTried)[]> {
    const call = new PublishCall(mayStart)
    for (const round of rounds(records)) {
      const byTopic = groupBy(round, ({ message }) => message.topic)
      const events = byTopic.get(this.eventsTopic) ?? []
      byTopic.delete(this.eventsTopic)
      await Promise.all([
        this.publishTopic(this.eventsTopic, events, call),
        this.publishOthers(byTopic, call),
      ])
    }
    return records.map((_, index) => call.resultOf(index))
  }

  async probe(): Promise<Fault | undefined> {
    try {
      await this.topics.check(this.eventsTopic)
      return undefined
    } catch (error) {
      return problemOf(error)
    }
  }

  /** Waits for what is in flight and disconnects. */
  async close(): Promise<void> {
    await Promise.all([this.eventsProducer.close(), this.otherProducer.close(), this.topics.close()])
  }

  private async publishOthers(byTopic: ReadonlyMap<string, Unplaced[]>, call: PublishCall): Promise<void> {
    for (const [topic, records] of byTopic) await this.publishTopic(topic, records, call)
  }

  private async publishTopic(topic: string, records: readonly Unplaced[], call: PublishCall): Promise<void> {
    const open = call.open(records)
    if (open.length === 0) return
    if (!call.mayStart()) {
      call.handBack(open)
      return
    }
    let facts: TopicFacts
    try {
      facts = await this.topics.of(topic)
    } catch (error) {
      call.fail(open, classify(error, { ownTopic: topic !== this.eventsTopic }))
      return
    }
    const entries = open.map(({ index, key, message }) => ({
      index,
      key,
      message,
      partition: partitionOf(Buffer.from(key), facts.partitions),
    }))
    for (const request of planRequests(entries, facts.maxBatchBytes)) {
      // One that is too large stands alone in its request.
      if (request.some((entry) => isTooLargeToSend(entry, facts))) {
        call.fail(call.open(request), tooLarge(topic, facts))
        // The bound may have been raised meanwhile: the next try asks anew.
        this.topics.forget(topic)
      } else {
        await this.sendIsolating(topic, request, call)
      }
    }
  }

  /** Sends a request; one that is refused for a record's fault is split until the record stands alone. */
  private async sendIsolating(topic: string, request: readonly Entry[], call: PublishCall): Promise<void> {
    const entries = call.open(request)
    if (entries.length === 0) return
    if (!call.mayStart()) {
      call.handBack(entries)
      return
    }
    const producer = topic === this.eventsTopic ? this.eventsProducer : this.otherProducer
    try {
      const receipts = await producer.send(topic, entries)
      entries.forEach(({ index, key }, nth) => {
        call.settle(index, confirmed(receipts[nth], topic), key)
      })
      if (receipts.includes(undefined)) this.topics.forget(topic)
    } catch (error) {
      const failure = classify(error, { ownTopic: topic !== this.eventsTopic })
      if (concernsTopic(failure)) this.topics.forget(topic)
      if (entries.length > 1 && failure.kind === 'record_fault' && !concernsTopic(failure)) {
        for (const part of parts(entries)) await this.sendIsolating(topic, part, call)
      } else {
        call.fail(entries, failure)
      }
    }
  }
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

interface Unplaced extends Placed {
  readonly message: KafkaMessage
}

/**
 * Where a key's rows go to several topics, and so through several producers, a later row waits for the answer
 * to the earlier one: each round holds for a key rows of one topic only.
 */
function rounds(records: readonly KafkaMessage[]): Unplaced[][] {
  const unplaced = records.map((message, index) => ({ index, key: message.key, message }))
  if (records.every(({ topic }) => topic === records[0]?.topic)) return [unplaced]
  const rounds: Unplaced[][] = []
  const last = new Map<string, { topic: string; round: number }>()
  for (const record of unplaced) {
    const { key, topic } = record.message
    const before = last.get(key)
    const round = before ? before.round + (before.topic === topic ? 0 : 1) : 0
    last.set(key, { topic, round })
    ;(rounds[round] ??= []).push(record)
  }
  return rounds
}

function confirmed(receipt: Receipt, topic: string): Outcome {
  if (receipt) return { kind: 'sent', ...receipt }
  return {
    kind: 'unknown',
    fault: { class: 'unconfirmed', message: `the broker's answer says nothing of this record (${topic})` },
  }
}

function tooLarge(topic: string, { maxBatchBytes, isBoundKnown }: TopicFacts): Failure {
  const message = isBoundKnown
    ? `not sent: larger than topic ${topic} takes (${maxBatchBytes} bytes)`
    : `not sent: over ${LARGEST_UNASKED_BYTES} bytes, and the relay may not read max.message.bytes of ${topic}`
  return { kind: 'record_fault', fault: { class: 'record_too_large', message }, final: false }
}

/** The whole topic is in question, so no record can be found that is to blame. */
function concernsTopic(failure: Failure): boolean {
  return (
    failure.kind !== 'record_fault' ||
    ['unknown_topic', 'topic_forbidden', 'invalid_topic'].includes(failure.fault.class)
  )
}

/** A refusal concerns one partition's share, though it does not say whose; then the half of a share. */
function parts(entries: readonly Entry[]): Entry[][] {
  const shares = [...groupBy(entries, ({ partition }) => partition).values()]
  if (shares.length > 1) return shares
  const middle = Math.ceil(entries.length / 2)
  return [entries.slice(0, middle), entries.slice(middle)]
}
