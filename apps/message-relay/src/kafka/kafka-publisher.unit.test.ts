/** What the publisher decides without asking the broker. */
import type { KafkaMessage } from '../policy/kafka-message'
import { KafkaPublisher } from './kafka-publisher'
import type { PartitionedRecord, RequestProducer } from './request-producer'
import type { TopicCatalog } from './topic-facts'

const message = (key: string, value = '{}'): KafkaMessage => ({ topic: 't', key, value, headers: {} })

it('refuses a record that is larger than any request may be without sending it, and sends its neighbours', async () => {
  const sent: string[] = []
  const forgotten: string[] = []
  const producer = {
    send: (_: string, records: readonly PartitionedRecord[]) => {
      sent.push(...records.map((record) => record.message.key))
      return Promise.resolve(records.map((_record, nth) => ({ partition: 0, offset: String(nth) })))
    },
  } as unknown as RequestProducer
  const topics = {
    of: () => Promise.resolve({ partitions: 1, maxBatchBytes: 1_048_588 }),
    forget: (topic: string) => forgotten.push(topic),
  } as unknown as TopicCatalog
  const publisher = new KafkaPublisher(topics, producer, producer, 't')
  const results = await publisher.publish(
    [message('a'), message('huge', 'x'.repeat(9_000_000)), message('huge'), message('b')],
    () => true,
  )
  expect(results.map(({ kind }) => kind)).toEqual(['sent', 'record_fault', 'withheld', 'sent'])
  expect(results[1]).toMatchObject({ final: false, fault: { class: 'record_too_large' } })
  expect(sent).toEqual(['a', 'b'])
  expect(forgotten).toEqual(['t'])
})
