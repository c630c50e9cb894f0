/** The system of compose.yaml under a name, ports and images of a test's own. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { repositoryRoot } from '../repository-root'
import { freePort } from '../service-process'
import { TEST_JWT_ENVIRONMENT } from '../tokens'
import { docker, logsOf } from './docker-engine'

const COMPOSE_FILE = path.join(repositoryRoot, 'infrastructure/docker/compose.yaml')
const UP_TIMEOUT_MS = 900_000

export const COMPOSE_SERVICES = ['postgres', 'kafka', 'message-relay', 'api-gateway'] as const
export type ComposeService = (typeof COMPOSE_SERVICES)[number] | 'topics'

export interface ComposeSystem {
  readonly gatewayUrl: string
  readonly relayUrl: string
  readonly databaseUrl: string
  /** A Kafka client on this machine, as a consumer outside the containers would be. */
  readonly kafka: Kafka
  /** The container of a service, running or ended. */
  container(service: ComposeService): Promise<string>
  /** What the containers have said, for the message of a failure. */
  logs(): Promise<string>
  /** Removes its containers, network, volumes and images. */
  down(): Promise<void>
}

/**
 * Builds the images and starts everything, as an operator would; does not wait for health.
 * @param settings of the services, over the test's own
 */
export async function composeUp(settings: Readonly<Record<string, string>> = {}): Promise<ComposeSystem> {
  const project = `infinite-scribe-test-${randomUUID().slice(0, 8)}`
  const ports = {
    PORT: await freePort(),
    GATEWAY_ADMIN_PORT: await freePort(),
    RELAY_HTTP_PORT: await freePort(),
    POSTGRES_PORT: await freePort(),
    KAFKA_PORT: await freePort(),
  }
  const environment = {
    ...TEST_JWT_ENVIRONMENT,
    IMAGE_TAG: project,
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)])),
    ...settings,
  }
  const compose = (...args: string[]) =>
    docker(['compose', '--project-name', project, '--file', COMPOSE_FILE, ...args], {
      environment,
      timeoutMs: UP_TIMEOUT_MS,
    })
  // `compose ps` of the first generation does not show what has ended.
  const container = async (service: ComposeService) => {
    const labels = [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`]
    return docker(['ps', '--all', '--quiet', ...labels.flatMap((label) => ['--filter', `label=${label}`])])
  }
  const logs = async () => {
    const services: ComposeService[] = [...COMPOSE_SERVICES, 'topics']
    const parts = await Promise.all(
      services.map(async (service) => {
        const text = await logsOf(await container(service)).catch(() => 'no container')
        return `--- ${service}\n${text.trim().split('\n').slice(-15).join('\n')}`
      }),
    )
    return parts.join('\n')
  }
  const down = async () => {
    await compose('down', '--volumes', '--timeout', '5')
    const images = ['api-gateway', 'message-relay'].map((name) => `infinite-scribe/${name}:${project}`)
    await docker(['image', 'rm', '--force', ...images])
  }

  try {
    await compose('up', '--detach', '--build')
  } catch (error) {
    const said = await logs()
    await down()
    throw new Error(`compose up failed; its containers said:\n${said}`, { cause: error })
  }
  return {
    gatewayUrl: `http://127.0.0.1:${ports.PORT}`,
    relayUrl: `http://127.0.0.1:${ports.RELAY_HTTP_PORT}`,
    databaseUrl: `postgres://postgres:postgres@127.0.0.1:${ports.POSTGRES_PORT}/infinite_scribe`,
    kafka: new Kafka({
      clientId: 'test',
      brokers: [`localhost:${ports.KAFKA_PORT}`],
      logLevel: logLevel.NOTHING,
    }),
    container,
    logs,
    down,
  }
}
