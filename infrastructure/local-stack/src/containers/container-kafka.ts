/** Kafka 3.7 in KRaft mode in a container; Confluent's 7.7 image is Apache's 3.7. */
import type { GenericContainer } from 'testcontainers'
import { freePort } from '../free-port'
import { BROKER_SETTINGS } from '../native/native-kafka'
import type { KafkaPart } from '../provider'
import { waitForKafka } from '../readiness/kafka-ready'
import { ContainerPart, type Container } from './container-part'
import { dockerClient } from './docker-engine'
import type { ContainerLabels } from './stale-containers'

const IMAGE = 'confluentinc/cp-kafka:7.7.0'
const START_TIMEOUT_MS = 90_000
const STOP_TIMEOUT_S = 15

/** Testcontainers starts the broker under a shell, and a shell that is process 1 passes no signal on. */
const END_THE_BROKER =
  'for p in /proc/[0-9]*; do case "$(readlink "$p/exe")" in */java) kill -TERM "${p#/proc/}";; esac; done'

/** `broker.session.timeout.ms` as the image wants it: KAFKA_BROKER_SESSION_TIMEOUT_MS. */
const asEnvironment = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  )

export class ContainerKafka extends ContainerPart implements KafkaPart {
  readonly name = 'kafka'
  private port: number | undefined
  private host = 'localhost'

  constructor(
    logFile: string,
    labels: ContainerLabels,
    private readonly preferredPort?: number,
  ) {
    super(logFile, labels)
  }

  get brokers(): string {
    if (this.port === undefined) throw new Error('kafka has no port before its first start')
    return `${this.host}:${this.port}`
  }

  protected async describe(): Promise<GenericContainer> {
    const { KafkaContainer } = await import('@testcontainers/kafka')
    this.host = (await dockerClient()).info.containerRuntime.host
    const port = await freePort(this.preferredPort)
    this.port = port
    /** The base asks for a port of the engine's choice at the last moment, and that one changes at a restart. */
    class FixedPortKafka extends KafkaContainer {
      protected override async beforeContainerCreated(): Promise<void> {
        await super.beforeContainerCreated()
        this.withExposedPorts({ container: 9093, host: port })
      }
    }
    return new FixedPortKafka(IMAGE).withKraft().withEnvironment(asEnvironment(BROKER_SETTINGS))
  }

  protected waitUntilReady(): Promise<void> {
    return waitForKafka(this.brokers, START_TIMEOUT_MS, this.stillAlive)
  }

  protected override async endInOrder(container: Container): Promise<void> {
    const gone = container.wait()
    const asked = await container.exec({ Cmd: ['sh', '-c', END_THE_BROKER] })
    await asked.start({})
    const timer = setTimeout(
      () => void container.stop({ t: 0 }).catch(() => undefined),
      STOP_TIMEOUT_S * 1000,
    )
    await gone.finally(() => clearTimeout(timer))
  }
}
