/** Whoever sets DATABASE_URL means it, whatever stack runs. */
import { relaySettings } from './relay-settings'

const stack = {
  database_url: 'postgres://u:own@127.0.0.1:5432/infinite_scribe',
  kafka_brokers: '127.0.0.1:9092',
  events_topic: 'stack-events',
}
const given = 'postgres://x:secret@db.example:1/db'

it('takes the running stack’s servers where nothing else is named, and says nothing', () => {
  const shell = { PATH: '/bin', DATABASE_URL: '', KAFKA_BROKERS: stack.kafka_brokers }
  expect(relaySettings(shell, stack)).toEqual({
    environment: {
      PATH: '/bin',
      SERVICE_TYPE: 'message-relay',
      DATABASE_URL: stack.database_url,
      KAFKA_BROKERS: stack.kafka_brokers,
      EVENTS_TOPIC: 'stack-events',
    },
  })
})

it('takes what the environment names, and says which servers it speaks to, without the password', () => {
  const { environment, notice } = relaySettings({ DATABASE_URL: given }, stack)
  expect(environment).toMatchObject({ DATABASE_URL: given, KAFKA_BROKERS: stack.kafka_brokers })
  expect(notice).toBe('PostgreSQL: db.example:1/db (environment); Kafka: 127.0.0.1:9092 (the running stack)')
  expect(relaySettings({ KAFKA_BROKERS: 'k:1' }, stack).environment).toMatchObject({
    DATABASE_URL: stack.database_url,
    KAFKA_BROKERS: 'k:1',
  })
})

it('needs no stack where both servers are named, and borrows no topic then', () => {
  const both = { DATABASE_URL: given, KAFKA_BROKERS: 'k:1' }
  expect(relaySettings(both, undefined).environment).toEqual({ ...both, SERVICE_TYPE: 'message-relay' })
  expect(relaySettings(both, stack).environment).not.toHaveProperty('EVENTS_TOPIC')
  expect(() => relaySettings({ DATABASE_URL: given }, undefined)).toThrow('No stack runs here')
})
