/** A server process that this program owns: launched with a log and a pid file, stopped, killed, frozen, thawed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PartState } from '../provider'
import { waitUntil } from '../wait-until'
import { removePidFile, writePidFile } from './pid-file'
import { descendants, signal, startMark } from './process-table'

export interface ProcessPlan {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly logFile: string
  readonly pidFile: string
  /** What asks it to end in order, and how long it may take before it is killed. */
  readonly stopSignal: NodeJS.Signals
  readonly stopTimeoutMs: number
}

export class OwnedProcess {
  private child: ChildProcess | undefined
  private ended: Promise<void> = Promise.resolve()
  private frozen = false
  /** How the last process ended, for the message of a failed start. */
  lastExit = ''
  /** Called when the process ends without having been asked to. */
  onUnexpectedEnd: ((how: string) => void) | undefined
  private expectEnd = false

  get state(): PartState {
    if (this.child === undefined) return 'stopped'
    return this.frozen ? 'frozen' : 'running'
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Launches the process; its output is appended to its log. Readiness is the caller's to find out. */
  async launch(plan: ProcessPlan): Promise<void> {
    mkdirSync(dirname(plan.logFile), { recursive: true })
    const log = openSync(plan.logFile, 'a')
    try {
      const child = spawn(plan.command, plan.args, {
        cwd: plan.cwd,
        env: plan.env,
        stdio: ['ignore', log, log],
        // A group of its own: Ctrl-C at the terminal is for the program that takes the parts down in order.
        detached: true,
        ...(plan.uid === undefined ? {} : { uid: plan.uid }),
        ...(plan.gid === undefined ? {} : { gid: plan.gid }),
      })
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', reject)
      })
      this.adopt(child, plan)
    } finally {
      closeSync(log)
    }
  }

  private adopt(child: ChildProcess, plan: ProcessPlan): void {
    this.child = child
    this.plan = plan
    this.frozen = false
    this.expectEnd = false
    if (child.pid !== undefined) writePidFile(plan.pidFile, child.pid)
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signalName) => {
        this.lastExit = signalName === null ? `exit code ${String(code)}` : `ended by ${signalName}`
        this.child = undefined
        this.frozen = false
        removePidFile(plan.pidFile)
        resolve()
        if (!this.expectEnd) this.onUnexpectedEnd?.(this.lastExit)
      })
    })
  }

  private plan: ProcessPlan | undefined

  async stop(): Promise<void> {
    const { child, plan } = this
    if (child?.pid === undefined || plan === undefined) return
    this.expectEnd = true
    if (this.frozen) this.thaw()
    signal(child.pid, plan.stopSignal)
    const timer = new AbortController()
    const inTime = await Promise.race([
      this.ended.then(() => true),
      delay(plan.stopTimeoutMs, false, { signal: timer.signal }).catch(() => false),
    ])
    timer.abort()
    if (!inTime) await this.kill()
  }

  /** SIGKILL for the process and all its children, and waits until they are gone. */
  async kill(): Promise<void> {
    const pid = this.child?.pid
    if (pid === undefined) return
    this.expectEnd = true
    // Stopped first: a postmaster that lives forks another child while its children are being counted.
    signal(pid, 'SIGSTOP')
    const family = descendants(pid)
    for (const member of [pid, ...family]) signal(member, 'SIGKILL')
    await this.ended
    await waitUntil(
      'the end of the children',
      () => (family.every((member) => startMark(member) === undefined) ? true : undefined),
      { timeoutMs: 10_000, intervalMs: 10 },
    )
  }

  /** SIGSTOP for the process and its children; PostgreSQL's backends would go on without their postmaster. */
  freeze(): void {
    const pid = this.child?.pid
    if (pid === undefined || this.frozen) return
    signal(pid, 'SIGSTOP')
    for (const member of descendants(pid)) signal(member, 'SIGSTOP')
    this.frozen = true
  }

  thaw(): void {
    const pid = this.child?.pid
    if (pid === undefined || !this.frozen) return
    for (const member of descendants(pid)) signal(member, 'SIGCONT')
    signal(pid, 'SIGCONT')
    this.frozen = false
  }
}

/** The last lines of a log, for a message; empty if there is none. */
export const tailOf = (logFile: string, lines = 12): string => {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch {
    return ''
  }
}
