/** The most that kafkajs gives: records that are in memory already, sent 1,000 at a time. */
import type * as kafkajs from 'kafkajs-unpatched'
import { Client } from 'pg'
import { runWorker } from './worker'

/**
 * kafkajs as npm has it for everybody, or as the relay has it, with this workspace's patch. pnpm patches every copy of 2.2.4,
 * so the former is 2.2.3: it produces by the same code, but never looks for requests that wait where none does (#1704).
 */
export type KafkaLibrary = 'kafkajs-unpatched' | 'kafkajs'

export interface MemoryProducerJob {
  readonly brokers: readonly string[]
  readonly topic: string
  /** The rows of its event_outbox are the records: the same bytes as everybody sends. */
  readonly databaseUrl: string
  readonly library: KafkaLibrary
}

const BATCH = 1_000

const LIBRARIES: Record<KafkaLibrary, () => Promise<typeof kafkajs>> = {
  'kafkajs-unpatched': () => import('kafkajs-unpatched'),
  kafkajs: () => import('kafkajs'),
}

runWorker<MemoryProducerJob>(async ({ job, ready }) => {
  const client = new Client({ connectionString: job.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ key: string; value: string; event_id: string; event_type: string }>(
    `SELECT key, payload::text AS value, payload ->> 'event_id' AS event_id, payload ->> 'event_type' AS event_type
       FROM event_outbox ORDER BY seq`,
  )
  await client.end()
  const { Kafka, logLevel, Partitioners } = await LIBRARIES[job.library]()
  const producer = new Kafka({
    clientId: 'memory',
    brokers: [...job.brokers],
    logLevel: logLevel.NOTHING,
  }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
  await producer.connect()
  await ready()
  for (let at = 0; at < rows.length; at += BATCH) {
    const messages = rows.slice(at, at + BATCH).map(({ key, value, event_id, event_type }) => ({
      key,
      value,
      headers: { event_id, event_type },
    }))
    await producer.sendBatch({ acks: -1, topicMessages: [{ topic: job.topic, messages }] })
  }
  await producer.disconnect()
  return {}
})
