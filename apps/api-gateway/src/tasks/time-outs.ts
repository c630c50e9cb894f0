/** Fails, again and again, the commands that nobody finished. */
import type { TaskType } from '@infinite-scribe/shared-types'
import type { UnitOfWork } from '../commands/unit-of-work'
import { findOverdueTasks } from './find-overdue-tasks'
import type { TaskService } from './task-service'

export const SWEEP_INTERVAL_MS = 2_000

const TASKS_A_SWEEP = 200
// One that waits for a lock must not hold up the others; a sweep must not take the commands' connections.
const AT_ONCE = 3

export interface TimeOutParts {
  readonly unitOfWork: UnitOfWork
  readonly tasks: Pick<TaskService, 'timeOut'>
  /** Whose end this process knows: another version of it may have asked for others, which are for that one to fail. */
  readonly taskTypes: readonly TaskType[]
  readonly commandTimeoutSeconds: number
  readonly sweepIntervalMs: number
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

  constructor(private readonly parts: TimeOutParts) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.sweeping = this.sweep()
        .then(
          () => this.worked(),
          (error: unknown) => this.failed(error),
        )
        .finally(() => {
          if (!this.stopped) this.start()
        })
    }, this.parts.sweepIntervalMs)
  }

  /** Resolves when the sweep under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.sweeping
  }

  /**
   * Fails every task that is overdue now, each in a transaction of its own.
   * @throws the first fault, after the others had their turn.
   */
  async sweep(): Promise<void> {
    const { unitOfWork, taskTypes, commandTimeoutSeconds } = this.parts
    const due = await unitOfWork.readOne((db) =>
      findOverdueTasks(db, { taskTypes, timeoutSeconds: commandTimeoutSeconds, limit: TASKS_A_SWEEP }),
    )
    const faults: unknown[] = []
    const worker = async () => {
      for (let id = due.shift(); id !== undefined && !this.stopped; id = due.shift())
        await this.parts.tasks.timeOut(id).catch((error: unknown) => faults.push(error))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    if (faults.length > 0) throw faults[0]
  }

  private worked(): void {
    if (this.failing) this.parts.recovered()
    this.failing = false
  }

  private failed(error: unknown): void {
    if (!this.failing) this.parts.failed(error)
    this.failing = true
  }
}
