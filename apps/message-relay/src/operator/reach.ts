/** Says which server a command could not reach, for the errors of sockets name an address at best. */
import type { RelayConfiguration } from '../config'

const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION'

/** A message for people; the cause is what was thrown. Never a password. */
class ServerError extends Error {
  override readonly name = 'ServerError'
}

/** Host and port of a connection string; node-postgres has defaults for what it does not name. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'the address in DATABASE_URL'
  const { hostname, port } = new URL(url)
  return `${hostname || 'localhost'}:${port || '5432'}`
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** @throws ServerError in place of what `connect` throws */
export async function reachDatabase<T>(url: string, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect()
  } catch (error) {
    const place = placeOf(url)
    throw new ServerError(`PostgreSQL at ${place} cannot be used: ${messageOf(error)}`, { cause: error })
  }
}

/** @throws ServerError in place of what Kafka's client throws */
export async function reachKafka<T>(
  { kafka, eventsTopic }: Pick<RelayConfiguration, 'kafka' | 'eventsTopic'>,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use()
  } catch (error) {
    // What the database throws meanwhile is its own.
    if (!isOfKafka(error)) throw error
    const message = isUnknownTopic(error)
      ? `the events topic ${eventsTopic} does not exist on Kafka at ${kafka.brokers.join(', ')}: ` +
        'message-relay topics --create makes it; if it was lost, see the runbook topic-lost'
      : `Kafka at ${kafka.brokers.join(', ')} cannot be used: ${messageOf(error)}`
    throw new ServerError(message, { cause: error })
  }
}

/** What kafkajs throws by that name, and the one plain error it has: for a broker that fell silent. */
function isOfKafka(error: unknown): boolean {
  return (
    error instanceof Error && (error.name.startsWith('KafkaJS') || error.message === 'Broker not connected')
  )
}

function isUnknownTopic(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ((at as { type?: unknown }).type === UNKNOWN_TOPIC) return true
  }
  return false
}
