/** The most that kafkajs gives: records that are in memory already, sent 1,000 at a time. */
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { Client } from 'pg'
import { runWorker } from './worker'

export interface MemoryProducerJob {
  readonly brokers: readonly string[]
  readonly topic: string
  /** The rows of its naive_outbox are the records: the same bytes as everybody sends. */
  readonly databaseUrl: string
}

const BATCH = 1_000

runWorker<MemoryProducerJob>(async ({ job, ready }) => {
  const client = new Client({ connectionString: job.databaseUrl })
  await client.connect()
  const { rows } = await client.query<{ key: string; value: string; event_id: string; event_type: string }>(
    `SELECT key, payload::text AS value, payload ->> 'event_id' AS event_id, payload ->> 'event_type' AS event_type
       FROM naive_outbox ORDER BY id`,
  )
  await client.end()
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
