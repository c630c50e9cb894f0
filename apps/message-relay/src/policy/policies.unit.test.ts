/** The small pure rules: backoff, shares, partitions, messages. */
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { MAX_ATTEMPTS, retryDelayMs } from './backoff'
import { fairShare, LANES } from './fair-share'
import { partitionOf } from './java-partitioner'
import { isTopicName, toKafkaMessage, type MessageSource } from './kafka-message'

it('waits 1, 2 and 4 s, and then no more', () => {
  expect([1, 2, 3, 4, 5].map(retryDelayMs)).toEqual([1000, 2000, 4000, undefined, undefined])
  expect(MAX_ATTEMPTS).toBe(4)
})

it('leaves no lane without an owner and gives nobody more than one above another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), (relays) => {
      expect(fairShare(relays) * relays).toBeGreaterThanOrEqual(LANES)
      expect((fairShare(relays) - 1) * relays).toBeLessThan(LANES)
    }),
  )
  expect(fairShare(0)).toBe(LANES)
})

it('puts every key where Java’s clients put it', () => {
  const java = Partitioners.DefaultPartitioner()
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.uuid()),
      fc.integer({ min: 1, max: 50 }),
      (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionId,
          leader: 1,
          replicas: [],
          isr: [],
          partitionErrorCode: 0,
        }))
        const expected = java({ topic: 't', partitionMetadata, message: { key, value: '' } })
        expect(partitionOf(Buffer.from(key), count)).toBe(expected)
      },
    ),
  )
})

it('knows Kafka’s topic names', () => {
  expect(['a', 'domain-events', 'A.b_c-1', 'x'.repeat(249)].every(isTopicName)).toBe(true)
  expect(['', '.', '..', 'a b', 'ä', 'a/b', 'x'.repeat(250)].some(isTopicName)).toBe(false)
})

describe('the record of a row', () => {
  const row: MessageSource = {
    topic: 't',
    key: '',
    value:
      '{"event_id": "e", "metadata": {"source_service": "api-gateway"}, "created_at": "2026-01-01T10:00:00Z", "aggregate_id": "s"}',
    eventId: 'e',
    eventType: 'A.B.Created',
    traceparent: '00-1-2-01',
    writtenAtMs: 1,
  }
  it('carries the bytes as they are and three headers at most', () => {
    expect(toKafkaMessage(row, { cloudEvents: false })).toEqual({
      topic: 't',
      key: '',
      value: row.value,
      headers: { event_id: 'e', event_type: 'A.B.Created', traceparent: '00-1-2-01' },
      writtenAtMs: 1,
    })
    const bare = toKafkaMessage({ ...row, eventType: null, traceparent: null }, { cloudEvents: false })
    expect(bare).toMatchObject({ headers: { event_id: 'e' } })
  })
  it('adds the attributes of CloudEvents in binary mode when asked to', () => {
    expect(toKafkaMessage(row, { cloudEvents: true })).toMatchObject({
      headers: {
        'content-type': 'application/json',
        ce_specversion: '1.0',
        ce_id: 'e',
        ce_type: 'A.B.Created',
        ce_source: '/api-gateway',
        ce_time: '2026-01-01T10:00:00Z',
        ce_subject: 's',
        ce_traceparent: '00-1-2-01',
      },
    })
    const stranger = { ...row, value: '{"event_id": "e"}', eventType: null, traceparent: null }
    expect(toKafkaMessage(stranger, { cloudEvents: true })).toMatchObject({
      headers: { ce_type: 't', ce_source: '/t' },
    })
  })
  it('is refused for a topic Kafka forbids and for a payload without event_id', () => {
    expect(toKafkaMessage({ ...row, topic: 'a b' }, { cloudEvents: false })).toMatchObject({
      fault: { class: 'invalid_topic' },
    })
    expect(toKafkaMessage({ ...row, eventId: null }, { cloudEvents: false })).toMatchObject({
      fault: { class: 'invalid_payload' },
    })
  })
})
