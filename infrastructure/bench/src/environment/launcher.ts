/** Starts what is measured: our services as processes, as a deployment would, and the benchmark's own processes. */
import path from 'node:path'
import { freePort, Service, type RunFolder } from '@infinite-scribe/local-stack'
import { bareEnvironment } from './bare-environment'
import { Child } from './child'
import { JWT } from './tokens'

export interface Started {
  readonly pid: number
  readonly url: string
  readonly logFile: string
  stop(): Promise<void>
  kill(): Promise<void>
}

/** What makes Node write a CPU profile into the folder when the process ends, unless it is killed. */
export const profilingInto = (folder: string): string[] => [
  '--cpu-prof',
  `--cpu-prof-dir=${path.resolve(folder)}`,
]

export class Launcher {
  private readonly services = new Set<Service>()
  private readonly children = new Set<Child<unknown>>()
  private number = 0

  constructor(
    private readonly run: RunFolder,
    private readonly brokers: readonly string[],
    /** What Node is told in our services on top of what they are always told. */
    private readonly nodeArguments: readonly string[] = [],
  ) {}

  /** A gateway, ready to serve, its log in a file. */
  async gateway(databaseUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<Started> {
    const port = await freePort()
    return this.service('api-gateway', `http://127.0.0.1:${port}`, {
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      GATEWAY_ADMIN_PORT: String(await freePort()),
      JWT_ALGORITHMS: JWT.algorithm,
      JWT_SECRET: JWT.secret,
      JWT_ISSUER: JWT.issuer,
      JWT_AUDIENCE: JWT.audience,
      ...settings,
    })
  }

  /** A relay, ready, its log in a file. */
  async relay(
    databaseUrl: string,
    topic: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Started> {
    const port = await freePort()
    return this.service('message-relay', `http://127.0.0.1:${port}`, {
      SERVICE_TYPE: 'message-relay',
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: this.brokers.join(','),
      EVENTS_TOPIC: topic,
      RELAY_HTTP_PORT: String(port),
      ...settings,
    })
  }

  /** A process of the benchmark's own, prepared and waiting for `go`. @param nodeFlags what Node is told in it */
  async child<Result>(
    program: string,
    job: unknown,
    nodeFlags: readonly string[] = [],
  ): Promise<Child<Result>> {
    const child = await Child.start<Result>(program, job, nodeFlags)
    this.children.add(child)
    return child
  }

  /** Ends what is still running. */
  async close(): Promise<void> {
    await Promise.all([...this.children].map((child) => child.end()))
    await Promise.all([...this.services].map((service) => service.kill()))
  }

  private async service(
    app: 'api-gateway' | 'message-relay',
    url: string,
    environment: Record<string, string>,
  ): Promise<Started> {
    const name = `${app}-${++this.number}`
    const service = new Service({
      name,
      app,
      url,
      environment: { ...bareEnvironment(), LOG_LEVEL: 'info', ...environment },
      nodeArguments: this.nodeArguments,
      logFile: this.run.logFile(name),
      pidFile: this.run.pidFile(name),
    })
    this.services.add(service)
    await service.startReady()
    const { pid } = service
    if (pid === undefined) throw new Error(`${name} ended right after its start; its log: ${service.logFile}`)
    const ended = (how: () => Promise<void>) => async () => {
      await how()
      this.services.delete(service)
    }
    return {
      pid,
      url,
      logFile: service.logFile,
      stop: ended(() => service.stop()),
      kill: ended(() => service.kill()),
    }
  }
}
