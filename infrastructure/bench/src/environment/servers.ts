/** The PostgreSQL and the Kafka that are measured: the running stack's, or a stack of the benchmark's own. */
import { join } from 'node:path'
import {
  chooseProvider,
  openProvider,
  readStackFile,
  RunFolder,
  STACK_FOLDER,
} from '@infinite-scribe/local-stack'

export interface Servers {
  /** A connection URL whose user may create databases. */
  readonly adminUrl: string
  readonly brokers: readonly string[]
  /** Where they came from. */
  readonly provider: string
  /** Logs and pid files of the services that are started beside them. */
  readonly run: RunFolder
  close(): Promise<void>
}

/**
 * The servers that DATABASE_URL and KAFKA_BROKERS name; else those of the running stack (`.stack/stack.json`); else
 * servers that are started here and ended by `close`.
 * @throws StackRefusal when there are none to be had.
 */
export async function openServers(environment: NodeJS.ProcessEnv): Promise<Servers> {
  const run = await RunFolder.open(join(STACK_FOLDER, 'runs'), `bench-${process.pid}`)
  const running = readStackFile()
  const given = environment.DATABASE_URL && environment.KAFKA_BROKERS
  if (running && !given) {
    return {
      adminUrl: running.database_url,
      brokers: running.kafka_brokers.split(','),
      provider: `running stack, ${running.provider}`,
      run,
      close: () => {
        run.release()
        return Promise.resolve()
      },
    }
  }
  const name = await chooseProvider(environment)
  const provider = await openProvider(name, run, environment, {}, 'measurements')
  try {
    await provider.start()
  } catch (error) {
    run.release()
    throw error
  }
  return {
    adminUrl: provider.postgres.adminUrl,
    brokers: provider.kafka.brokers.split(','),
    provider: name,
    run,
    close: async () => {
      await provider.close()
      run.release()
    },
  }
}
