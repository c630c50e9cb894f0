/** The publisher port on a real broker: one bad record fails alone, whatever the broker does not say of it. */
import { randomUUID } from 'node:crypto'
import { createTestTopic, eventually, readTopicToEnd, testBrokers, testKafka } from '@infinite-scribe/testing'
import { ConfigResourceTypes } from 'kafkajs'
import type { KafkaMessage } from '../policy/kafka-message'
import { createKafka } from './client'
import { KafkaPublisher } from './kafka-publisher'
import { RequestProducer } from './request-producer'
import { TopicCatalog } from './topic-facts'

const PARTITIONS = 3
let topic: string
let publisher: KafkaPublisher

beforeEach(async () => {
  topic = await createTestTopic(PARTITIONS)
  const kafka = createKafka(
    { brokers: testBrokers(), clientId: 'test', ssl: false, requestTimeoutMs: 3000 },
    () => undefined,
  )
  publisher = new KafkaPublisher(
    new TopicCatalog(kafka, () => performance.now()),
    new RequestProducer(kafka, 3000),
    new RequestProducer(kafka, 3000),
    topic,
  )
})

afterEach(() => publisher.close())

const always = (): boolean => true
const message = (key: string, value = '{}', where = topic): KafkaMessage => ({
  topic: where,
  key,
  value,
  headers: { event_id: randomUUID() },
})
const kinds = (results: readonly { kind: string }[]): string[] => results.map(({ kind }) => kind)

async function limitBatches(bytes: number): Promise<void> {
  const admin = testKafka().admin()
  await admin.connect()
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
      },
    ],
  })
  await admin.disconnect()
  // The broker answers before the bound is in force.
  const producer = testKafka().producer({ retry: { retries: 0 } })
  await producer.connect()
  try {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const messages = [{ partition, value: 'x'.repeat(bytes + 1000) }]
      await eventually(() =>
        producer.send({ topic, messages }).then(
          () => false,
          (error: unknown) => String(error).includes('larger than the max message size'),
        ),
      )
    }
  } finally {
    await producer.disconnect()
  }
}

it('gives every record its receipt, in the order of its partition', async () => {
  const records = Array.from({ length: 60 }, (_, n) => message(`k${n % 7}`, JSON.stringify({ n })))
  const results = await publisher.publish(records, always)
  const found = await readTopicToEnd(topic)
  expect(found).toHaveLength(60)
  results.forEach((result, n) => {
    expect(result.kind).toBe('sent')
    if (result.kind !== 'sent') return
    const there = found.find((one) => one.partition === result.partition && one.offset === result.offset)
    expect(there?.value).toBe(records[n]!.value)
  })
})

it('finds the record that the broker refuses, sends its neighbours, and holds what follows it in its key', async () => {
  // What it heard of the topic is older than the topic's new bound, so the broker has to refuse.
  expect(kinds(await publisher.publish([message('warm')], always))).toEqual(['sent'])
  await limitBatches(2000)
  const big = message('big', JSON.stringify({ text: 'x'.repeat(5000) }))
  const records = [message('a'), message('b'), big, message('big'), message('c'), message('a')]
  const results = await publisher.publish(records, always)
  expect(kinds(results)).toEqual(['sent', 'sent', 'record_fault', 'withheld', 'sent', 'sent'])
  expect(results[2]).toMatchObject({ fault: { class: 'record_too_large', code: 'MESSAGE_TOO_LARGE' } })
})

it('lets a missing topic of a row’s own sink neither the events nor other topics', async () => {
  const other = await createTestTopic(1)
  const results = await publisher.publish(
    [message('a', '{}', `missing-${randomUUID()}`), message('a'), message('b'), message('c', '{}', other)],
    always,
  )
  expect(kinds(results)).toEqual(['record_fault', 'withheld', 'sent', 'sent'])
})

it('sends the rows of a key in order though they go to several topics', async () => {
  const other = await createTestTopic(1)
  const records = [message('a'), message('a', '{}', other), message('a'), message('a', '{}', other)]
  expect(kinds(await publisher.publish(records, always))).toEqual(['sent', 'sent', 'sent', 'sent'])
  const times = [...(await readTopicToEnd(topic)), ...(await readTopicToEnd(other))]
  const timeOf = ({ headers }: KafkaMessage): number =>
    Number(times.find((one) => one.headers.event_id === headers.event_id)!.timestamp)
  const order = records.map(timeOf)
  expect(order).toEqual([...order].sort((x, y) => x - y))
})

it('starts nothing that it may not start, and hands it back', async () => {
  let starts = 0
  const results = await publisher.publish([message('a'), message('b')], () => (starts += 1) > 9)
  expect(kinds(results)).toEqual(['handed_back', 'handed_back'])
  expect(await readTopicToEnd(topic)).toEqual([])
})

it('probes without a record', async () => {
  expect(await publisher.probe()).toBeUndefined()
  expect(await readTopicToEnd(topic)).toEqual([])
})
