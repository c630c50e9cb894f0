/** What the publisher decides without asking the broker. */
import type { KafkaMessage } from '../policy/kafka-message'
import { KafkaPublisher } from './kafka-publisher'
import type { PartitionedRecord, RequestProducer } from './request-producer'
import type { TopicCatalog } from './topic-facts'

const message = (key: string, value = '{}'): KafkaMessage => ({ topic: 't', key, value, headers: {} })

let sent: string[]
let forgotten: string[]

const publisherWith = (facts: { maxBatchBytes: number; isBoundKnown: boolean }): KafkaPublisher => {
  const producer = {
    send: (_: string, records: readonly PartitionedRecord[]) => {
      sent.push(records.map((record) => record.message.key).join())
      return Promise.resolve(records.map((_record, nth) => ({ partition: 0, offset: String(nth) })))
    },
  } as unknown as RequestProducer
  const topics = {
    of: () => Promise.resolve({ partitions: 1, ...facts }),
    forget: (topic: string) => forgotten.push(topic),
  } as unknown as TopicCatalog
  return new KafkaPublisher(topics, producer, producer, 't')
}
const publish = (facts: { maxBatchBytes: number; isBoundKnown: boolean }, bytes: number) =>
  publisherWith(facts).publish(
    [message('a'), message('huge', 'x'.repeat(bytes)), message('huge'), message('b')],
    () => true,
  )

beforeEach(() => {
  sent = []
  forgotten = []
})

it('refuses a record that is larger than any request may be without sending it, and sends its neighbours', async () => {
  const results = await publish({ maxBatchBytes: 1_048_588, isBoundKnown: true }, 9_000_000)
  expect(results.map(({ kind }) => kind)).toEqual(['sent', 'record_fault', 'withheld', 'sent'])
  expect(results[1]).toMatchObject({ final: false, fault: { class: 'record_too_large' } })
  expect(sent).toEqual(['a', 'b'])
  expect(forgotten).toEqual(['t'])
})

it('lets the broker judge a large record alone where the topic’s bound is not known', async () => {
  const results = await publish({ maxBatchBytes: 1_048_588, isBoundKnown: false }, 9_000_000)
  expect(results.map(({ kind }) => kind)).toEqual(['sent', 'sent', 'sent', 'sent'])
  expect(sent).toEqual(['a', 'huge', 'huge,b'])
})

it('refuses what no broker would answer even then', async () => {
  const results = await publish({ maxBatchBytes: 1_048_588, isBoundKnown: false }, 95_000_000)
  expect(results[1]).toMatchObject({
    kind: 'record_fault',
    fault: { class: 'record_too_large', message: expect.stringContaining('may not read max.message.bytes') },
  })
  expect(sent).toEqual(['a', 'b'])
})
