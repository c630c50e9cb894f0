/** What both native servers have in common: a process of ours, and how it is played with. */
import type { PartState, ServerName, StackPart } from '../provider'
import { PartStartError, StackRefusal } from '../provider'
import { OwnedProcess, tailOf } from '../processes/owned-process'
import { Hopeless } from '../wait-until'

export abstract class NativePart implements StackPart {
  abstract readonly name: ServerName
  protected readonly process = new OwnedProcess()

  constructor(readonly logFile: string) {}

  get state(): PartState {
    return this.process.state
  }

  get pid(): number | undefined {
    return this.process.pid
  }

  /** Launches the process and waits until it does its work. */
  protected abstract bringUp(signal: AbortSignal): Promise<void>

  /** Aborted when the part is ended while it is still coming up, so that nothing is launched afterwards. */
  private starting = new AbortController()

  async start(): Promise<void> {
    if (this.state === 'frozen') throw new StackRefusal(`${this.name} is frozen: thaw it`)
    if (this.state === 'running') return
    const starting = new AbortController()
    this.starting = starting
    try {
      await this.bringUp(starting.signal)
    } catch (error) {
      await this.process.kill()
      if (error instanceof PartStartError) throw error
      throw new PartStartError(this.name, (error as Error).message, this.logFile, { cause: error })
    }
  }

  async stop(): Promise<void> {
    this.giveUpStarting()
    await this.process.stop()
  }

  async kill(): Promise<void> {
    this.giveUpStarting()
    await this.process.kill()
  }

  private giveUpStarting(): void {
    this.starting.abort(new Error('ended while it was coming up'))
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

  /** For the probes of readiness: there is nothing to wait for once the process has ended. */
  protected readonly stillAlive = (): void => {
    if (this.state !== 'stopped') return
    const lastWords = tailOf(this.logFile, 4)
    throw new Hopeless(
      new PartStartError(
        this.name,
        `${this.process.lastExit}${lastWords === '' ? '' : `\n${lastWords}`}`,
        this.logFile,
      ),
    )
  }
}

/** Whether a start failed because somebody took the port between finding it free and listening on it. */
export const portWasTaken = (logFile: string): boolean =>
  /address already in use|could not create any TCP\/IP sockets|socket server failed to bind/i.test(
    tailOf(logFile, 60),
  )
