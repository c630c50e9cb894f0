/** A process of the benchmark's own that puts on load, or is a baseline: forked, told when to go, heard at its end. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { bareEnvironment } from './bare-environment'

/** What a child tells of itself. */
export type FromChild =
  | { kind: 'ready' }
  | { kind: 'mark'; name: string }
  | { kind: 'result'; result: unknown }
  | { kind: 'failed'; message: string }

/** What a child is told. */
export type ToChild = { kind: 'job'; job: unknown } | { kind: 'go' } | { kind: 'stop' }

const LONGEST_WORK_MS = 120_000

export class Child<Result> {
  private readonly results: Promise<Result>
  private readonly readiness: Promise<void>
  private onMark: (name: string) => void = () => undefined
  /** What it told of so far. */
  readonly marks: string[] = []

  private constructor(private readonly process: ChildProcess) {
    let ready: () => void
    this.readiness = new Promise((resolve) => (ready = resolve))
    this.results = new Promise((resolve, reject) => {
      process.on('message', (message: FromChild) => {
        if (message.kind === 'ready') ready()
        else if (message.kind === 'mark') this.mark(message.name)
        else if (message.kind === 'result') resolve(message.result as Result)
        else reject(new Error(message.message))
      })
      process.once('error', reject)
      process.once('exit', (code, signal) =>
        reject(new Error(`a process of the benchmark ended: ${signal ?? code}`)),
      )
    })
    // Whoever waits for the result hears of a failure; before that it must not end the program.
    this.results.catch(() => undefined)
  }

  /**
   * Starts `dist/<program>.js` and waits until it is ready to go.
   * @param program such as `workers/http-load`
   */
  static async start<Result>(
    program: string,
    job: unknown,
    nodeFlags: readonly string[],
  ): Promise<Child<Result>> {
    const process = fork(path.join(__dirname, '..', `${program}.js`), {
      execArgv: [...nodeFlags],
      env: bareEnvironment(),
    })
    const child = new Child<Result>(process)
    child.tell({ kind: 'job', job })
    await Promise.race([child.readiness, child.results])
    return child
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error('a process of the benchmark did not start')
    return this.process.pid
  }

  go(): void {
    this.tell({ kind: 'go' })
  }

  /** Asks it to end what it does; its result is what it has by then. */
  stop(): void {
    this.tell({ kind: 'stop' })
  }

  set marked(told: (name: string) => void) {
    this.onMark = told
  }

  /**
   * Its result, after which it has ended.
   * @param withinMs how long it may take
   * @throws when it failed, ended, or took longer
   */
  async result(withinMs = LONGEST_WORK_MS): Promise<Result> {
    const overdue = new AbortController()
    const tooLong = delay(withinMs, undefined, { signal: overdue.signal }).then(() => {
      throw new Error(
        `a process of the benchmark (${this.process.spawnargs[1] ?? ''}) gave no result in time`,
      )
    })
    try {
      return await Promise.race([this.results, tooLong])
    } finally {
      tooLong.catch(() => undefined)
      overdue.abort()
      await this.end()
    }
  }

  /** Rejects when it fails or ends; a result is none. */
  async failed(): Promise<never> {
    await this.results
    return new Promise(() => undefined)
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    const ended = once(this.process, 'exit')
    this.process.kill('SIGKILL')
    await ended
  }

  private mark(name: string): void {
    this.marks.push(name)
    this.onMark(name)
  }

  private tell(message: ToChild): void {
    if (this.process.connected) this.process.send(message)
  }
}
