/** A dead letter that is refused keeps no other out; a broker that is away ends the round. */
import { KafkaJSConnectionError, KafkaJSProtocolError } from 'kafkajs'
import type { DeadLetter } from '../pipeline/ports'
import { KafkaDeadLetterTopic } from './dead-letter-topic'
import type { PartitionedRecord, RequestProducer } from './request-producer'
import type { TopicCatalog } from './topic-facts'

const FACTS = { partitions: 1, maxBatchBytes: 1_000_000, isBoundKnown: true }
let facts = FACTS
const catalog = { of: () => Promise.resolve(facts), forget: () => undefined } as unknown as TopicCatalog
const letter = (id: string, value = '{"a": 1}'): DeadLetter => ({
  ...{ id, seq: 1, lane: 1, token: '1', topic: 't', key: id, value, attempts: 4 },
  ...{ eventId: null, eventType: null, error: null },
})
const refused = new KafkaJSProtocolError({
  ...{ type: 'INVALID_RECORD', code: 87, message: 'refused' },
  ...{ name: 'x', retriable: false },
})

beforeEach(() => (facts = FACTS))

/** What is told after `send` has answered for each record. */
async function publish(
  ids: string[],
  send: (record: PartitionedRecord['message']) => Error | undefined,
  value?: string,
) {
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
  const { got, refused, problem } = await topic.publish(ids.map((id) => letter(id, value)))
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
  expect([got, problem, tries]).toMatchObject([['a'], { class: 'connection', message: 'gone' }, 2])
})

it('leaves it to the broker whether a letter is too large where the topic’s bound is not known', async () => {
  facts = { ...FACTS, maxBatchBytes: 10, isBoundKnown: false }
  const { sent } = await publish(['a'], () => undefined)
  expect(sent).toMatchObject([{ value: '{"a": 1}' }])
})

it('sends without its value what a publish has no time for, though the topic would take it', async () => {
  facts = { ...FACTS, maxBatchBytes: 100_000_000 }
  const ofBytes = async (bytes: number) => (await publish(['a'], () => undefined, 'x'.repeat(bytes))).sent[0]
  expect((await ofBytes(16_000_000))?.headers).not.toHaveProperty('value_omitted')
  expect((await ofBytes(17_000_000))?.headers).toMatchObject({ value_omitted: 'true' })
})
