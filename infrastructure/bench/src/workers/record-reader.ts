/** Consumes a topic and remembers when each event arrived, until it is told to stop. */
import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { runWorker } from './worker'

export interface RecordReaderJob {
  readonly brokers: readonly string[]
  readonly topic: string
}

/** The moment of each event's first arrival in milliseconds of the machine's monotonic clock, by event id. */
export type Arrivals = readonly (readonly [eventId: string, arrivedAtMs: number])[]

runWorker<RecordReaderJob>(async ({ job, ready, untilStopped }) => {
  const kafka = new Kafka({ clientId: 'reader', brokers: [...job.brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `bench-${randomUUID()}`, maxWaitTimeInMs: 100 })
  const arrivals = new Map<string, number>()
  await consumer.connect()
  // From the beginning: a record that is sent while the group joins would be missed otherwise.
  await consumer.subscribe({ topic: job.topic, fromBeginning: true })
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.run({
    eachBatch: ({ batch }) => {
      const arrivedAtMs = Number(process.hrtime.bigint()) / 1e6
      for (const { headers } of batch.messages) {
        const eventId = String(headers?.event_id)
        if (!arrivals.has(eventId)) arrivals.set(eventId, arrivedAtMs)
      }
      return Promise.resolve()
    },
  })
  await joined
  await ready()
  await untilStopped
  await consumer.disconnect()
  return [...arrivals]
})
