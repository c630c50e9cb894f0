/** The client on a real broker: an idle connection costs nothing. */
import { setTimeout as delay } from 'node:timers/promises'
import { testBrokers } from '@infinite-scribe/testing'
import { createKafka } from './client'

test('an idle connection arms no timer again and again (tulios/kafkajs#1704, mended by our patch)', async () => {
  const kafka = createKafka(
    { brokers: testBrokers(), clientId: 'test', ssl: false, requestTimeoutMs: 3000 },
    () => undefined,
  )
  const admin = kafka.admin()
  await admin.connect()
  await admin.listTopics()
  const timers = jest.spyOn(globalThis, 'setTimeout')
  await delay(300)
  expect(timers.mock.calls.length).toBeLessThan(5)
  timers.mockRestore()
  await admin.disconnect()
})
