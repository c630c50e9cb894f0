import { kafkaTap } from './kafka-tap'
import type { LinkedConnection } from './link'
import { Steps } from './steps'

const frame = (body: Buffer) => {
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}
const request = (api: number, id: number) => {
  const body = Buffer.alloc(12)
  body.writeInt16BE(api)
  body.writeInt32BE(id, 4)
  return frame(body)
}
const response = (id: number) => {
  const body = Buffer.alloc(8)
  body.writeInt32BE(id)
  return frame(body)
}

const PRODUCE = 0
const HEARTBEAT = 12

describe('a connection to Kafka', () => {
  it('writes from a publish to its answer, and in nothing else that it asks', () => {
    const told: string[] = []
    const steps = new Steps()
    steps.reach = (step) => told.push(step)
    const connection = { answerArrived: () => told.push('answer') } as unknown as LinkedConnection
    const tap = kafkaTap(steps, () => 9092)(connection)
    tap.fromClient(request(HEARTBEAT, 1))
    expect(tap.writing).toBe(false)
    tap.fromClient(request(PRODUCE, 2))
    tap.fromServer(response(1))
    expect(tap.writing).toBe(true)
    tap.fromServer(response(2))
    expect(tap.writing).toBe(false)
    expect(told).toEqual(['publish-sent', 'publish-answered', 'answer'])
  })
})
