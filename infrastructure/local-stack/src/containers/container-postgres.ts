/** PostgreSQL 16 in a container. */
import type { GenericContainer } from 'testcontainers'
import { freePort } from '../free-port'
import { DATABASE_NAME, type PostgresPart } from '../provider'
import { waitForPostgres } from '../readiness/postgres-ready'
import { ContainerPart } from './container-part'
import { dockerClient } from './docker-engine'
import type { ContainerLabels } from './stale-containers'

const IMAGE = 'postgres:16'
const USER = 'postgres'
const PASSWORD = 'postgres'
const START_TIMEOUT_MS = 60_000

export class ContainerPostgres extends ContainerPart implements PostgresPart {
  readonly name = 'postgres'
  private port: number | undefined
  private host = 'localhost'

  constructor(
    logFile: string,
    labels: ContainerLabels,
    private readonly preferredPort?: number,
  ) {
    super(logFile, labels)
  }

  get adminUrl(): string {
    return this.databaseUrl('postgres')
  }

  databaseUrl(database: string = DATABASE_NAME): string {
    if (this.port === undefined) throw new Error('postgres has no port before its first start')
    return `postgres://${USER}:${PASSWORD}@${this.host}:${this.port}/${database}`
  }

  protected async describe(): Promise<GenericContainer> {
    const { PostgreSqlContainer } = await import('@testcontainers/postgresql')
    this.host = (await dockerClient()).info.containerRuntime.host
    this.port = await freePort(this.preferredPort)
    return new PostgreSqlContainer(IMAGE)
      .withDatabase('postgres')
      .withUsername(USER)
      .withPassword(PASSWORD)
      .withExposedPorts({ container: 5432, host: this.port })
      .withCommand(['postgres', '-c', 'max_connections=200'])
  }

  protected waitUntilReady(): Promise<void> {
    return waitForPostgres(this.adminUrl, START_TIMEOUT_MS, this.stillAlive)
  }
}
