/**
 * The relay that one writes first for this outbox: a transaction that locks a batch with SKIP LOCKED, sends it, marks it,
 * commits. Its kafkajs is the one that npm has: it knows nothing of our patch.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel, Partitioners } from 'kafkajs-unpatched'
import { Client } from 'pg'
import { runWorker } from '../workers/worker'

export interface NaiveRelayJob {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly databaseUrl: string
  readonly batch: number
}

interface Row {
  id: string
  key: string
  value: string
  event_id: string
  event_type: string
}

const IDLE_MS = 100

runWorker<NaiveRelayJob>(async ({ job, ready, stopped }) => {
  const client = new Client({ connectionString: job.databaseUrl })
  await client.connect()
  const producer = new Kafka({
    clientId: 'naive',
    brokers: [...job.brokers],
    logLevel: logLevel.NOTHING,
  }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  })
  await producer.connect()
  await ready()

  while (!stopped.aborted) {
    await client.query('BEGIN')
    const { rows } = await client.query<Row>({
      name: 'claim',
      text: `SELECT id, key, payload::text AS value, payload ->> 'event_id' AS event_id, payload ->> 'event_type' AS event_type
               FROM event_outbox WHERE status = 'PENDING' ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED`,
      values: [job.batch],
    })
    if (rows.length > 0) {
      const messages = rows.map(({ key, value, event_id, event_type }) => ({
        key,
        value,
        headers: { event_id, event_type },
      }))
      await producer.sendBatch({ acks: -1, topicMessages: [{ topic: job.topic, messages }] })
      await client.query({
        name: 'settle',
        text: `UPDATE event_outbox SET status = 'SENT', sent_at = now() WHERE id = ANY ($1::uuid[])`,
        values: [rows.map(({ id }) => id)],
      })
    }
    await client.query('COMMIT')
    if (rows.length === 0) await delay(IDLE_MS)
  }
  await producer.disconnect()
  await client.end()
  return {}
})
