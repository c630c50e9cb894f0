/** `message-relay topics --create` on a real broker. */
import { randomUUID } from 'node:crypto'
import { testBrokers, testKafka } from '@infinite-scribe/testing'
import { readOperatorConfiguration } from '../config'
import { createTopics } from './topics'

const configuration = (topic: string, partitions: string) =>
  readOperatorConfiguration({
    DATABASE_URL: 'postgres://localhost/none',
    KAFKA_BROKERS: testBrokers().join(','),
    EVENTS_TOPIC: topic,
    KAFKA_TOPIC_PARTITIONS: partitions,
  })

it('creates the events topic and its dead-letter topic once, and never grows one that exists', async () => {
  const topic = `test-${randomUUID()}`
  const first = await createTopics(configuration(topic, '3'))
  expect(first).toEqual([
    { topic, created: true, partitions: 3 },
    { topic: `${topic}.dlq`, created: true, partitions: 3 },
  ])
  const second = await createTopics(configuration(topic, '5'))
  expect(second).toEqual(first.map((report) => ({ ...report, created: false })))
  const admin = testKafka().admin()
  await admin.connect()
  await admin.deleteTopics({ topics: [topic, `${topic}.dlq`] })
  await admin.disconnect()
})

it('throws what the broker said when a topic cannot be made', async () => {
  await expect(createTopics({ ...configuration('x', '1'), eventsTopic: 'not a topic' })).rejects.toThrow()
})
