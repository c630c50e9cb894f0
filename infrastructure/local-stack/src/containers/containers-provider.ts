/** The containers provider: PostgreSQL and Kafka in containers of a Docker engine. */
import { dirname } from 'node:path'
import { startTogether, type ServerPorts, type StackProvider } from '../provider'
import type { RunFolder } from '../runs/run-folder'
import { ContainerKafka } from './container-kafka'
import { ContainerPostgres } from './container-postgres'
import { labelsFor, removeStaleContainers } from './stale-containers'

/** The provider with its logs in the run's folder; removes the containers that dead owners left first. */
export const containersProvider = async (run: RunFolder, ports: ServerPorts = {}): Promise<StackProvider> => {
  const root = dirname(run.path)
  await removeStaleContainers(root)
  const labels = labelsFor(root, run.owner)
  const postgres = new ContainerPostgres(run.logFile('postgres'), labels, ports.postgres)
  const kafka = new ContainerKafka(run.logFile('kafka'), labels, ports.kafka)
  return {
    name: 'containers',
    postgres,
    kafka,
    start: () => startTogether([postgres, kafka]),
    close: async () => {
      await Promise.all([postgres.remove(), kafka.remove()])
    },
  }
}
