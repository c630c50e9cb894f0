/** Reading a topic to its end, on a real broker. */
import { setTimeout as delay } from 'node:timers/promises'
import { createTestTopic, eventually, testKafka } from '@infinite-scribe/testing'
import type { Admin } from 'kafkajs'
import { readTopic, type TopicRecord } from './read-topic'

/** More than one fetch brings. */
const LARGE = 'x'.repeat(100_000)
const RECORDS = 30
/** No sooner after the last time does kafkajs ask what has become of the group. */
const HEARTBEAT_MS = 3000

let topic: string
let admin: Admin

beforeEach(async () => {
  topic = await createTestTopic(1)
  admin = testKafka().admin()
  await admin.connect()
})
afterEach(() => admin.disconnect())

const recordsOf = (texts: readonly string[]) => ({
  topic,
  messages: texts.map((text, n) => ({ value: JSON.stringify({ event_id: String(n), text }) })),
})

async function send(texts: readonly string[]): Promise<void> {
  const producer = testKafka().producer()
  await producer.connect()
  await producer.send(recordsOf(texts))
  await producer.disconnect()
}

/** Sends them in a transaction that is taken back. */
async function sendAndAbort(texts: readonly string[]): Promise<void> {
  const producer = testKafka().producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  const transaction = await producer.transaction()
  await transaction.send(recordsOf(texts))
  await transaction.abort()
  await producer.disconnect()
}

async function offsetsRead(whileReading: () => Promise<void> = () => Promise.resolve()): Promise<number[]> {
  const read: TopicRecord[] = []
  const ranges = await readTopic(testKafka(), topic, async (records) => {
    read.push(...records)
    await whileReading()
  })
  expect(ranges).toHaveLength(1)
  return read.map(({ offset }) => Number(offset))
}

it('comes to the end where there is nothing but a transaction that was taken back', async () => {
  await sendAndAbort(['a', 'b'])
  await eventually(async () => (await admin.fetchTopicOffsets(topic))[0]?.high === '3')
  expect(await offsetsRead()).toEqual([])
})

it('reads each record once, though its place in the group is lost meanwhile', async () => {
  for (let n = 0; n < RECORDS; n += 5) await send(Array.from({ length: 5 }, () => LARGE))
  let intruded: Promise<void> | undefined
  const intrude = async () => {
    const { groups } = await admin.listGroups()
    const states = (await admin.describeGroups(groups.map(({ groupId }) => groupId))).groups
    // The groups of other tests read topics of their own.
    const { groupId } = states.find(({ members }) =>
      members.some(({ memberMetadata }) => memberMetadata.includes(topic)),
    )!
    const consumer = testKafka().consumer({ groupId })
    await consumer.connect()
    await consumer.subscribe({ topic })
    const joined = new Promise<void>(
      (resolve) => void consumer.on(consumer.events.GROUP_JOIN, () => resolve()),
    )
    // It joins when the reader, which is held up here, comes back to the group.
    const running = consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() })
    intruded = joined.then(() => running).then(() => consumer.disconnect())
    await eventually(async () => {
      const [group] = (await admin.describeGroups([groupId])).groups
      return group?.state === 'PreparingRebalance'
    })
    await delay(HEARTBEAT_MS)
  }
  const offsets = await offsetsRead(async () => {
    if (intruded === undefined) await intrude()
  })
  await intruded
  expect(offsets).toEqual(Array.from({ length: RECORDS }, (_, n) => n))
})
