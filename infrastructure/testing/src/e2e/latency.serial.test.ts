/** How soon a command's event is with a consumer: measured while no other test runs. */
import type { Kafka } from 'kafkajs'
import { ApiUser, eventually, startSystem, testKafka, type RunningSystem } from '@infinite-scribe/testing'

let system: RunningSystem

beforeAll(async () => {
  system = await startSystem({ relay: { RELAY_POLL_INTERVAL: '5' } })
})

afterAll(() => system.close())

interface Envelope {
  correlation_id: string
}

test('a command answered with 2xx reaches a consumer in under 50 ms at the median on an idle system', async () => {
  const user = new ApiUser(system.gateways[0]!.url, 'hasty')
  const session = await user.openSession()

  const kafka: Kafka = testKafka()
  const consumer = kafka.consumer({ groupId: `latency-${session}`, maxWaitTimeInMs: 100 })
  const arrivals = new Map<string, number>()
  await consumer.connect()
  await consumer.subscribe({ topic: system.topic, fromBeginning: true })
  await consumer.run({
    // eslint-disable-next-line @typescript-eslint/require-await -- kafkajs wants a promise
    eachMessage: async ({ message }) => {
      arrivals.set((JSON.parse(message.value!.toString()) as Envelope).correlation_id, performance.now())
    },
  })
  try {
    await eventually(() => arrivals.size > 0, 30_000)
    const medianWait = async (): Promise<number> => {
      const waits: number[] = []
      for (let command = 0; command < 15; command++) {
        const answer = await user.command(session, 'SubmitFeedback', { rating: 3 })
        const answered = performance.now()
        const arrived = await eventually(() => arrivals.get(answer.body.command_id as string), 10_000, 1)
        waits.push(arrived - answered)
      }
      return waits.sort((a, b) => a - b)[7]!
    }
    // Another round where the machine was not idle after all.
    const medians = [await medianWait()]
    while (Math.min(...medians) >= 50 && medians.length < 3) medians.push(await medianWait())
    expect(Math.min(...medians)).toBeLessThan(50)
  } finally {
    await consumer.disconnect()
  }
})
