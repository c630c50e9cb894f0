/** The external provider: servers that somebody else runs. They can be used, and not played with. */
import {
  DATABASE_NAME,
  PartStartError,
  StackRefusal,
  type KafkaPart,
  type PostgresPart,
  type StackProvider,
} from '../provider'
import { removeProbeTopic, waitForKafka } from '../readiness/kafka-ready'
import { waitForPostgres } from '../readiness/postgres-ready'

const READY_TIMEOUT_MS = 30_000

const untouchable = (name: string) => {
  const refuse = (verb: string) => (): Promise<never> =>
    Promise.reject(new StackRefusal(`${name} is external: this stack does not run it and cannot ${verb} it`))
  return {
    state: 'running' as const,
    pid: undefined,
    logFile: undefined,
    stop: refuse('stop'),
    kill: refuse('kill'),
    freeze: refuse('freeze'),
    thaw: refuse('thaw'),
  }
}

/** Gives a failure the name of its part. */
const started = async (part: string, ready: Promise<void>): Promise<void> => {
  try {
    await ready
  } catch (error) {
    throw new PartStartError(part, (error as Error).message, undefined, { cause: error })
  }
}

/** A server that says that the database does not exist answers as well as one that has it. */
const answering = (url: string): Promise<void> =>
  waitForPostgres(url, READY_TIMEOUT_MS).catch((error: unknown) => {
    if ((error as { code?: string }).code !== '3D000') throw error
  })

/** The provider for what DATABASE_URL and KAFKA_BROKERS name. */
export const externalProvider = (databaseUrl: string, brokers: string): StackProvider => {
  const postgres: PostgresPart = {
    ...untouchable('postgres'),
    name: 'postgres',
    adminUrl: databaseUrl,
    databaseUrl: (database = databaseOf(databaseUrl)) => withDatabase(databaseUrl, database),
    start: () => started('postgres', answering(databaseUrl)),
  }
  const kafka: KafkaPart = {
    ...untouchable('kafka'),
    name: 'kafka',
    brokers,
    start: async () => {
      await started('kafka', waitForKafka(brokers, READY_TIMEOUT_MS))
      await removeProbeTopic(brokers)
    },
  }
  return {
    name: 'external',
    postgres,
    kafka,
    start: async () => {
      await Promise.all([postgres.start(), kafka.start()])
    },
    close: () => Promise.resolve(),
  }
}

/** The database that a connection URL names; the stack's own when it names none. */
export const databaseOf = (url: string): string => {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  return name === '' ? DATABASE_NAME : name
}

/** The same server, another database. */
export const withDatabase = (url: string, database: string): string => {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(database)}`
  return changed.href
}
