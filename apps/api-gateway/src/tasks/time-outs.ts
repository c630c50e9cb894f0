/** Fails, again and again, the commands that nobody finished. */
import { setTimeout as delay } from 'node:timers/promises'
import type { TaskType } from '@infinite-scribe/shared-types'
import type { UnitOfWork } from '../commands/unit-of-work'
import { findOverdueTasks, type OverdueTask } from './find-overdue-tasks'
import type { TaskService } from './task-service'

export const SWEEP_INTERVAL_MS = 2_000

const TASKS_AT_A_TIME = 200
// One that waits for a lock must not hold up the others; a sweep must not take the commands' connections.
const AT_ONCE = 3
const PATIENCE_MS = 500
const MAX_LEFT_BEHIND = 2

/** What kept an overdue task from being failed: the cause. */
export class TaskNotFailedError extends Error {
  override readonly name = 'TaskNotFailedError'
  constructor(
    readonly task: OverdueTask,
    cause: unknown,
  ) {
    super(`task ${task.id} could not be failed`, { cause })
  }
}

export interface TimeOutParts {
  readonly unitOfWork: UnitOfWork
  readonly tasks: Pick<TaskService, 'timeOut'>
  /** Whose end this process knows: another version of it may have asked for others, which are for that one to fail. */
  readonly taskTypes: readonly TaskType[]
  readonly commandTimeoutSeconds: number
  readonly sweepIntervalMs: number
  /** Told of each task that was failed, as soon as it is; not of one whose commit was never answered. */
  readonly timedOut: (task: OverdueTask) => void
  /** Told at the end of a sweep of all that were failed since the end of the one before, where there are any. */
  readonly swept: (tasks: readonly OverdueTask[]) => void
  /** Told of the first sweep that could not do its work; the next ones try again in silence. */
  readonly failed: (error: unknown) => void
  /** Told when a sweep has done its work after those that could not. */
  readonly recovered: () => void
}

/** Any replica may fail any overdue command; the status guard in each transaction lets one of them. */
export class TimeOuts {
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<void> = Promise.resolve()
  private stopped = false
  private failing = false
  private readonly underWay = new Map<string, Promise<void>>()
  /** Of those under way: nobody waits for them any more. */
  private readonly leftBehind = new Set<string>()
  /** Those that could not be failed at their last turn. */
  private readonly putOff = new Set<string>()
  private faults: TaskNotFailedError[] = []
  /** Those that were failed since the end of the sweep before. */
  private untold: OverdueTask[] = []

  constructor(private readonly parts: TimeOutParts) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep()
        .then(
          () => this.worked(),
          (error: unknown) => this.failed(error),
        )
        .finally(() => {
          this.tellOfSweep()
          if (!this.stopped) this.start()
        })
    }, this.parts.sweepIntervalMs)
  }

  /** Resolves when the sweep under way has ended, and what earlier ones left behind. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.sweeping
    await Promise.all(this.underWay.values())
    this.tellOfSweep()
  }

  /**
   * Fails every task that is overdue now, each in a transaction of its own. Few that wait for a lock are left behind:
   * they are not waited for, and if they cannot be failed their turn comes after the others'.
   * @throws {TaskNotFailedError} the first fault since the last sweep, after the others had their turn.
   */
  async sweep(): Promise<void> {
    const tried = new Set<string>()
    for (let more = true; more && !this.stopped;) {
      const due = await this.due(tried)
      let failed = 0
      const worker = async () => {
        for (let task = due.shift(); task && !this.stopped; task = due.shift()) {
          tried.add(task.id)
          await this.strike(task, () => failed++)
        }
      }
      const full = due.length === TASKS_AT_A_TIME
      await Promise.all(Array.from({ length: AT_ONCE }, worker))
      // A thousand that are due together must not wait for as many sweeps; a database in trouble may wait for the next.
      more = full && failed > 0
    }
    const [fault] = this.faults
    this.faults = []
    if (fault) throw fault
  }

  private async due(tried: ReadonlySet<string>): Promise<OverdueTask[]> {
    const { unitOfWork, taskTypes, commandTimeoutSeconds: timeoutSeconds } = this.parts
    const except = [...tried, ...this.leftBehind]
    const due = await unitOfWork.readOne((db) =>
      findOverdueTasks(db, { taskTypes, timeoutSeconds, except, limit: TASKS_AT_A_TIME }),
    )
    // What others ended meanwhile need not be remembered.
    if (tried.size === 0)
      for (const id of this.putOff) if (!due.some((task) => task.id === id)) this.putOff.delete(id)
    return [...due.filter(({ id }) => !this.putOff.has(id)), ...due.filter(({ id }) => this.putOff.has(id))]
  }

  private async strike(task: OverdueTask, failed: () => void): Promise<void> {
    const { id } = task
    const striking = this.parts.tasks
      .timeOut(id)
      .then(
        (hasFailed) => {
          this.putOff.delete(id)
          if (!hasFailed) return
          this.untold.push(task)
          this.parts.timedOut(task)
          failed()
        },
        (error: unknown) => {
          this.putOff.add(id)
          this.faults.push(new TaskNotFailedError(task, error))
        },
      )
      .finally(() => {
        this.underWay.delete(id)
        this.leftBehind.delete(id)
      })
    this.underWay.set(id, striking)
    await within(PATIENCE_MS, striking)
    if (!this.underWay.has(id)) return
    if (this.leftBehind.size < MAX_LEFT_BEHIND) this.leftBehind.add(id)
    else await striking
  }

  private tellOfSweep(): void {
    if (this.untold.length > 0) this.parts.swept(this.untold)
    this.untold = []
  }

  private worked(): void {
    // Of these nobody knows yet.
    if (this.leftBehind.size > 0) return
    if (this.failing) this.parts.recovered()
    this.failing = false
  }

  private failed(error: unknown): void {
    if (!this.failing) this.parts.failed(error)
    this.failing = true
  }
}

/** Resolves when `work` has ended, but not later than in `ms` milliseconds. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const enough = new AbortController()
  await Promise.race([work, delay(ms, undefined, { signal: enough.signal }).catch(() => undefined)])
  enough.abort()
}
