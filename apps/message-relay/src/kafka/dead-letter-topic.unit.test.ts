/** A dead letter that is refused keeps no other out; a broker that is away ends the round. */
import { KafkaJSConnectionError, KafkaJSProtocolError } from 'kafkajs'
import type { DeadLetter } from '../pipeline/ports'
import { KafkaDeadLetterTopic } from './dead-letter-topic'
import type { PartitionedRecord, RequestProducer } from './request-producer'
import type { TopicCatalog } from './topic-facts'

const facts = { partitions: 1, maxBatchBytes: 1_000_000, isBoundKnown: true }
const catalog = { of: () => Promise.resolve(facts), forget: () => undefined } as unknown as TopicCatalog
const letter = (id: string): DeadLetter => ({
  ...{ id, seq: 1, lane: 1, token: '1', topic: 't', key: id, value: '{"a": 1}', attempts: 4 },
  ...{ eventId: null, eventType: null, error: null },
})
const refused = new KafkaJSProtocolError({
  ...{ type: 'INVALID_RECORD', code: 87, message: 'refused' },
  ...{ name: 'x', retriable: false },
})

/** What is told after `send` has answered for each record. */
async function publish(ids: string[], send: (record: PartitionedRecord['message']) => Error | undefined) {
  const sent: PartitionedRecord['message'][] = []
  const producer = {
    send: (_: string, [record]: PartitionedRecord[]) => {
      const error = send(record!.message)
      if (error) return Promise.reject(error)
      sent.push(record!.message)
      return Promise.resolve([{ partition: 0, offset: '0' }])
    },
  } as unknown as RequestProducer
  const topic = new KafkaDeadLetterTopic(catalog, producer, 'dlq')
  const { got, refused, problem } = await topic.publish(ids.map(letter))
  const reasons = refused.map(({ letter: { id }, reason }) => [id, reason])
  return { got: got.map(({ id }) => id), reasons, problem, sent }
}

it('sends a letter that the broker refuses without its value', async () => {
  const { got, reasons, sent } = await publish(['a', 'b'], ({ key, value }) =>
    key === 'a' && value !== '' ? refused : undefined,
  )
  expect([got, reasons]).toEqual([['a', 'b'], []])
  expect(sent[0]).toMatchObject({ key: 'a', value: '', headers: { value_omitted: 'true' } })
  expect(sent[1]).toMatchObject({ key: 'b', value: '{"a": 1}' })
})

it('goes on behind a letter that is refused even so, and tells of it', async () => {
  const { got, reasons, problem } = await publish(['a', 'b'], ({ key }) =>
    key === 'a' ? refused : undefined,
  )
  expect([got, reasons, problem]).toEqual([['b'], [['a', 'refused']], undefined])
})

it('stops at a broker that is away', async () => {
  let tries = 0
  const { got, problem } = await publish(['a', 'b', 'c'], () => {
    tries += 1
    return tries > 1 ? new KafkaJSConnectionError('gone') : undefined
  })
  expect([got, problem, tries]).toEqual([['a'], 'gone', 2])
})
