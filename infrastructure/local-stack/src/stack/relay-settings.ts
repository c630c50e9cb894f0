/** Which database and brokers `npm run relay` speaks to: what the environment names, else the running stack's. */
import { StackRefusal } from '../provider'
import type { StackFile } from './stack-file'

type Environment = Readonly<Record<string, string | undefined>>
type Servers = Pick<StackFile, 'database_url' | 'kafka_brokers' | 'events_topic'>

export interface RelaySettings {
  readonly environment: Record<string, string | undefined>
  /** What is to be told where the running stack is not, or not wholly, what is meant; without any password. */
  readonly notice?: string
}

/**
 * The settings of the relay's command line: whoever sets DATABASE_URL or KAFKA_BROKERS means it.
 * @throws StackRefusal when a server is named by nobody
 */
export function relaySettings(environment: Environment, stack: Servers | undefined): RelaySettings {
  const databaseUrl = foreign(environment.DATABASE_URL, stack?.database_url)
  const brokers = foreign(environment.KAFKA_BROKERS, stack?.kafka_brokers)
  const servers = {
    DATABASE_URL: databaseUrl ?? stack?.database_url,
    KAFKA_BROKERS: brokers ?? stack?.kafka_brokers,
  }
  if (servers.DATABASE_URL === undefined || servers.KAFKA_BROKERS === undefined) {
    throw new StackRefusal('No stack runs here. Start one: npm start, or set DATABASE_URL and KAFKA_BROKERS')
  }
  // A stack that lends neither server lends no topic.
  const lends = databaseUrl === undefined || brokers === undefined
  const topic = foreign(environment.EVENTS_TOPIC, undefined) ?? (lends ? stack?.events_topic : undefined)
  const settings = {
    ...environment,
    ...servers,
    SERVICE_TYPE: 'message-relay',
    ...(topic === undefined ? {} : { EVENTS_TOPIC: topic }),
  }
  if (databaseUrl === undefined && brokers === undefined) return { environment: settings }
  const from = (given: string | undefined): string =>
    given === undefined ? 'the running stack' : 'environment'
  return {
    environment: settings,
    notice:
      `PostgreSQL: ${placeOf(servers.DATABASE_URL)} (${from(databaseUrl)}); ` +
      `Kafka: ${servers.KAFKA_BROKERS} (${from(brokers)})`,
  }
}

/** What is set, and is not the stack's own: an external stack is started with the same variables. */
const foreign = (value: string | undefined, own: string | undefined): string | undefined =>
  value === undefined || value.trim() === '' || value === own ? undefined : value

/** Host, port and database. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL'
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}
