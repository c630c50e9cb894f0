/** Kafka is ready when it has acknowledged a real record. */
import { connect } from 'node:net'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import { waitUntil } from '../wait-until'

/** The topic that takes the record; it holds nothing of interest and is never read. */
export const PROBE_TOPIC = '_stack_readiness'

/** A kafkajs client that keeps quiet, and does not retry by itself unless told to. */
export const quietKafka = (brokers: string, requestTimeoutMs = 5_000, retries = 0): Kafka =>
  new Kafka({
    clientId: 'infinite-scribe-stack',
    brokers: brokers.split(',').map((broker) => broker.trim()),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: requestTimeoutMs,
    retry: { retries, initialRetryTime: 100 },
  })

/** Whether something accepts connections there; cheaper than a client while a JVM starts. */
const accepts = (brokers: string): Promise<boolean> => {
  const [first = ''] = brokers.split(',')
  const colon = first.lastIndexOf(':')
  return new Promise((resolve) => {
    const socket = connect({ host: first.slice(0, colon).trim(), port: Number(first.slice(colon + 1)) })
    const answer = (yes: boolean): void => {
      socket.destroy()
      resolve(yes)
    }
    socket.setTimeout(2_000, () => answer(false))
    socket.once('connect', () => answer(true))
    socket.once('error', () => answer(false))
  })
}

const produceOnce = async (brokers: string): Promise<void> => {
  const kafka = quietKafka(brokers)
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  try {
    await admin.connect()
    const topics = await admin.listTopics()
    if (!topics.includes(PROBE_TOPIC)) {
      await admin.createTopics({ topics: [{ topic: PROBE_TOPIC, numPartitions: 1, replicationFactor: 1 }] })
    }
    await producer.connect()
    const [receipt] = await producer.send({
      topic: PROBE_TOPIC,
      acks: -1,
      timeout: 3_000,
      messages: [{ value: 'ready?' }],
    })
    if (receipt?.errorCode !== 0) throw new Error(`the probe record got error ${String(receipt?.errorCode)}`)
  } finally {
    await Promise.allSettled([admin.disconnect(), producer.disconnect()])
  }
}

/** Waits until the broker acknowledges a record. `stillAlive` may throw to end the wait early. */
export const waitForKafka = async (
  brokers: string,
  timeoutMs: number,
  stillAlive: () => void = () => undefined,
): Promise<void> => {
  await waitUntil(
    'a first acknowledged record',
    async () => {
      stillAlive()
      if (!(await accepts(brokers))) return undefined
      await produceOnce(brokers)
      return true
    },
    { timeoutMs, intervalMs: 50 },
  )
}

/** Deletes the probe's topic, for brokers that are not ours. */
export const removeProbeTopic = async (brokers: string): Promise<void> => {
  const admin = quietKafka(brokers).admin()
  try {
    await admin.connect()
    await admin.deleteTopics({ topics: [PROBE_TOPIC] })
  } catch {
    // Someone else's probe may have deleted it first, or deleting is not allowed here.
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}
