/** What both containers have in common: made once by Testcontainers, then played with through the engine. */
import { createWriteStream, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { GenericContainer } from 'testcontainers'
import { tailOf } from '../processes/owned-process'
import { PartStartError, StackRefusal, type PartState, type ServerName, type StackPart } from '../provider'
import { Hopeless } from '../wait-until'
import { dockerClient } from './docker-engine'
import type { ContainerLabels } from './stale-containers'

type EngineClient = Awaited<ReturnType<typeof dockerClient>>
type Container = ReturnType<EngineClient['container']['getById']>

/** The engine sends both outputs in one stream, in frames; its client's types do not know of this. */
interface Demultiplexer {
  demuxStream(from: Readable, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void
}

export abstract class ContainerPart implements StackPart {
  abstract readonly name: ServerName
  private container: Container | undefined
  private now: PartState = 'stopped'
  private hostPid: number | undefined
  private lastExit = ''

  constructor(
    readonly logFile: string,
    private readonly labels: ContainerLabels,
  ) {}

  get state(): PartState {
    return this.now
  }

  get pid(): number | undefined {
    return this.now === 'stopped' ? undefined : this.hostPid
  }

  /** The container as it is made the first time, its host port fixed so that it outlives a stop. */
  protected abstract describe(): Promise<GenericContainer>
  protected abstract waitUntilReady(): Promise<void>

  async start(): Promise<void> {
    if (this.now === 'frozen') throw new StackRefusal(`${this.name} is frozen: thaw it`)
    if (this.now === 'running') return
    try {
      if (this.container === undefined) await this.create()
      else await this.startAgain(this.container)
      await this.waitUntilReady()
    } catch (error) {
      if (error instanceof PartStartError) throw error
      throw new PartStartError(this.name, (error as Error).message, this.logFile, { cause: error })
    }
  }

  private async create(): Promise<void> {
    const description = (await this.describe())
      .withLabels({ ...this.labels })
      .withLogConsumer((stream) => void stream.pipe(createWriteStream(this.logFile, { flags: 'a' })))
    const started = await description.start()
    this.container = (await dockerClient()).container.getById(started.getId())
    await this.watch(this.container)
  }

  private async startAgain(container: Container): Promise<void> {
    const since = Math.floor(Date.now() / 1000)
    await container.start()
    const log = (await container.logs({ follow: true, stdout: true, stderr: true, since })) as Readable
    const file = createWriteStream(this.logFile, { flags: 'a' })
    ;(container.modem as Demultiplexer).demuxStream(log, file, file)
    log.once('end', () => file.end())
    log.once('error', () => file.end())
    await this.watch(container)
  }

  private async watch(container: Container): Promise<void> {
    this.now = 'running'
    const { State, Id } = await container.inspect()
    this.hostPid = runsHere(State.Pid, Id) ? State.Pid : undefined
    const ended = (how: string): void => {
      this.now = 'stopped'
      this.lastExit = how
    }
    container.wait().then(
      ({ StatusCode }: { StatusCode: number }) => ended(`exit code ${StatusCode}`),
      () => ended('removed'),
    )
  }

  /** Asks the server to end; the base stops the container by its image's signal. */
  protected async endInOrder(container: Container): Promise<void> {
    await container.stop({ t: 20 })
  }

  async stop(): Promise<void> {
    if (this.container === undefined || this.now === 'stopped') return
    if (this.now === 'frozen') await this.thaw()
    await this.endInOrder(this.container)
    this.now = 'stopped'
  }

  async kill(): Promise<void> {
    if (this.container === undefined || this.now === 'stopped') return
    // Engines refuse to kill what is paused.
    if (this.now === 'frozen') await this.thaw()
    const gone = this.container.wait()
    await this.container.kill({ signal: 'SIGKILL' })
    await gone
    this.now = 'stopped'
  }

  async freeze(): Promise<void> {
    if (this.container === undefined || this.now === 'stopped') {
      throw new StackRefusal(`${this.name} does not run`)
    }
    if (this.now === 'frozen') return
    await this.container.pause()
    this.now = 'frozen'
  }

  async thaw(): Promise<void> {
    if (this.container === undefined || this.now === 'stopped') {
      throw new StackRefusal(`${this.name} does not run`)
    }
    if (this.now === 'running') return
    await this.container.unpause()
    this.now = 'running'
  }

  /** Removes the container and its data. */
  async remove(): Promise<void> {
    const { container } = this
    if (container === undefined) return
    this.container = undefined
    this.now = 'stopped'
    await container.remove({ force: true, v: true })
  }

  protected readonly stillAlive = (): void => {
    if (this.now !== 'stopped') return
    const reason = `${this.lastExit}\n${tailOf(this.logFile, 4)}`.trim()
    throw new Hopeless(new PartStartError(this.name, reason, this.logFile))
  }
}

/** Whether the engine's process id means this very process on this machine, and not in some virtual one. */
const runsHere = (pid: number, containerId: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(containerId)
  } catch {
    return false
  }
}

export type { Container }
