/** The ports' contracts on Kafka. */
import { randomUUID } from 'node:crypto'
import {
  createTestTopic,
  createTopic,
  eventually,
  readTopicToEnd,
  testBrokers,
  testKafka,
} from '@infinite-scribe/testing'
import type { Admin } from 'kafkajs'
import { createKafka } from '../../kafka/client'
import { KafkaDeadLetterTopic } from '../../kafka/dead-letter-topic'
import { KafkaPublisher } from '../../kafka/kafka-publisher'
import { RequestProducer } from '../../kafka/request-producer'
import { TopicCatalog } from '../../kafka/topic-facts'
import { deadLetterTopicContract, type DeadLetterTopicUnderTest } from './dead-letter-topic-contract.test'
import { publisherContract, type PublisherUnderTest } from './publisher-contract.test'

const TIMEOUT_MS = 3000
/** Nobody listens there. */
const NOWHERE = ['127.0.0.1:1']

const kafkaAt = (brokers: readonly string[]) =>
  createKafka({ brokers, clientId: 'test', ssl: false, requestTimeoutMs: TIMEOUT_MS }, () => undefined)

async function asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = testKafka().admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

async function publisherToKafka(): Promise<PublisherUnderTest> {
  const other = await createTestTopic(1)
  const [events, maxBytes] = [`test-${randomUUID()}`, 2000]
  // From its beginning: a limit that is set later takes effect later.
  const configEntries = [{ name: 'max.message.bytes', value: String(maxBytes) }]
  await asAdmin((admin) => createTopic(admin, { topic: events, numPartitions: 2, configEntries }))
  const opened: KafkaPublisher[] = []
  const open = (brokers: readonly string[]): KafkaPublisher => {
    const kafka = kafkaAt(brokers)
    const publisher = new KafkaPublisher(
      new TopicCatalog(kafka, () => performance.now()),
      new RequestProducer(kafka, TIMEOUT_MS),
      new RequestProducer(kafka, TIMEOUT_MS),
      events,
    )
    opened.push(publisher)
    return publisher
  }
  return {
    ...{ events, other, missing: `missing-${randomUUID()}`, valueBytes: maxBytes },
    publisher: open(testBrokers()),
    withoutBroker: open(NOWHERE),
    withoutEventsTopic: async () => {
      await asAdmin(async (admin) => {
        await admin.deleteTopics({ topics: [events] })
        await eventually(async () => !(await admin.listTopics()).includes(events))
      })
      return open(testBrokers())
    },
    records: (topic) => readTopicToEnd(topic),
    close: async () => void (await Promise.all(opened.map((publisher) => publisher.close()))),
  }
}

async function deadLettersToKafka(): Promise<DeadLetterTopicUnderTest> {
  const name = await createTestTopic(2)
  const open = (topic: string) => {
    const kafka = kafkaAt(testBrokers())
    const catalog = new TopicCatalog(kafka, () => performance.now())
    const letters = new KafkaDeadLetterTopic(catalog, new RequestProducer(kafka, TIMEOUT_MS), topic)
    return { letters, close: () => Promise.all([letters.close(), catalog.close()]) }
  }
  const [there, missing] = [open(name), open(`missing-${randomUUID()}`)]
  return {
    topic: there.letters,
    away: missing.letters,
    arrived: async () => (await readTopicToEnd(name)).map(({ headers }) => headers.outbox_id!),
    close: async () => void (await Promise.all([there.close(), missing.close()])),
  }
}

describe('Kafka', () => {
  publisherContract(publisherToKafka)
  deadLetterTopicContract(deadLettersToKafka)
})
