/** One of our services as a process: started, found ready over HTTP, and played with like a server. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OwnedProcess, tailOf } from '../processes/owned-process'
import { PartStartError, StackRefusal, type PartState, type StackPart } from '../provider'
import { REPOSITORY_ROOT } from '../repository'
import { Hopeless, waitUntil } from '../wait-until'

const START_TIMEOUT_MS = 30_000
/** Longer than the services' own SHUTDOWN_TIMEOUT of 25 s. */
const STOP_TIMEOUT_MS = 32_000

// What a statement needs lives for milliseconds, but a few collections in a row may meet some: V8 then puts its like where only
// full collections look, and all that hangs on it lives as long.
const NO_PRETENURING = '--no-allocation-site-pretenuring'

/**
 * What Node is told, as in the images. All are V8's: those that do not begin with `--max-` Node refuses in NODE_OPTIONS, so that
 * they stand in the images' CMD. A Node whose V8 has dropped one does not start with it.
 */
export const NODE_ARGUMENTS = {
  'api-gateway': [
    NO_PRETENURING,
    // A full collection slows what comes meanwhile: not before the heap is four times what is alive. Under the bound below V8
    // would collect before it is twice that, and without one when it sees fit: no faster (bench/LEVERS.md).
    '--heap-growing-percent=300',
    // The most the heap may hold, in MB; from some 140 alive on V8 collects earlier for it.
    '--max-old-space-size=1024',
    // Under full load it holds many requests, which every collection of the young generation copies: the larger, the fewer.
    '--max-semi-space-size=32',
  ],
  // Its batches outlive a young generation of any size. Without a bound: its buffers, which lie outside of the heap, would count
  // against it.
  'message-relay': [NO_PRETENURING, '--max-semi-space-size=8'],
} as const

export interface ServicePlan {
  readonly name: string
  readonly app: keyof typeof NODE_ARGUMENTS
  readonly url: string
  readonly environment: NodeJS.ProcessEnv
  /** What Node is told on top of the app's own {@link NODE_ARGUMENTS}. */
  readonly nodeArguments?: readonly string[]
  readonly logFile: string
  readonly pidFile: string
}

export class Service implements StackPart {
  private readonly process = new OwnedProcess()

  constructor(private readonly plan: ServicePlan) {}

  get name(): string {
    return this.plan.name
  }

  get url(): string {
    return this.plan.url
  }

  get logFile(): string {
    return this.plan.logFile
  }

  get state(): PartState {
    return this.process.state
  }

  get pid(): number | undefined {
    return this.process.pid
  }

  set onUnexpectedEnd(told: (how: string) => void) {
    this.process.onUnexpectedEnd = told
  }

  /** Alive is enough: what it depends on may be down on purpose. */
  start(): Promise<void> {
    return this.startUntil('/health/live')
  }

  startReady(): Promise<void> {
    return this.startUntil('/health/ready')
  }

  private async startUntil(path: string): Promise<void> {
    if (this.state === 'frozen') throw new StackRefusal(`${this.name} is frozen: thaw it`)
    if (this.state === 'running') return
    const program = join(REPOSITORY_ROOT, 'apps', this.plan.app, 'dist/main.js')
    if (!existsSync(program)) throw new PartStartError(this.name, `${program} is not built`)
    const { onUnexpectedEnd } = this.process
    this.process.onUnexpectedEnd = undefined
    try {
      await this.process.launch({
        command: process.execPath,
        args: [...NODE_ARGUMENTS[this.plan.app], ...(this.plan.nodeArguments ?? []), program],
        cwd: REPOSITORY_ROOT,
        env: this.plan.environment,
        logFile: this.logFile,
        pidFile: this.plan.pidFile,
        stopSignal: 'SIGTERM',
        stopTimeoutMs: STOP_TIMEOUT_MS,
      })
      await waitUntil(path, () => this.answers(path), { timeoutMs: START_TIMEOUT_MS, intervalMs: 30 })
    } catch (error) {
      await this.process.kill()
      const lastWords = tailOf(this.logFile, 6)
      const reason = `${(error as Error).message}${lastWords === '' ? '' : `\n${lastWords}`}`
      throw new PartStartError(this.name, reason, this.logFile, { cause: error })
    } finally {
      this.process.onUnexpectedEnd = onUnexpectedEnd
    }
  }

  private async answers(path: string): Promise<true | undefined> {
    if (this.state === 'stopped') throw new Hopeless(new Error(this.process.lastExit))
    const response = await fetch(`${this.url}${path}`, { signal: AbortSignal.timeout(2_000) })
    await response.arrayBuffer()
    return response.ok ? true : undefined
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  kill(): Promise<void> {
    return this.process.kill()
  }

  async freeze(): Promise<void> {
    await this.mustRun()
    this.process.freeze()
  }

  async thaw(): Promise<void> {
    await this.mustRun()
    this.process.thaw()
  }

  private mustRun(): Promise<void> {
    if (this.state !== 'stopped') return Promise.resolve()
    return Promise.reject(new StackRefusal(`${this.name} does not run`))
  }
}
