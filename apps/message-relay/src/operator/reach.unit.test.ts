/** An error of a server names its address. */
import { reachKafka } from './reach'

const kafka = { kafka: { brokers: ['k1:9092', 'k2:9092'] }, eventsTopic: 'events' } as never

it('names the brokers of a Kafka that takes connections and falls silent', async () => {
  // What kafkajs throws after the first request that nobody answered.
  const failing = reachKafka(kafka, () => Promise.reject(new Error('Broker not connected')))
  await expect(failing).rejects.toThrow('Kafka at k1:9092, k2:9092 cannot be used: Broker not connected')
})

it('leaves what the database throws as it is', async () => {
  const fault = new Error('permission denied')
  await expect(reachKafka(kafka, () => Promise.reject(fault))).rejects.toBe(fault)
})
