/** Counts the commands that this process failed because nobody finished them. */
import type { CommandCatalog } from '../genesis/command-catalog'
import type { OverdueTask } from './find-overdue-tasks'

export class TimeOutCounts {
  private readonly counts: Map<string, number>

  constructor(private readonly catalog: Pick<CommandCatalog, 'taskTypes' | 'commandTypeOf'>) {
    // From zero: a counter that appears with its first time-out has not risen, as Prometheus sees it.
    this.counts = new Map(catalog.taskTypes.map((taskType) => [catalog.commandTypeOf(taskType), 0]))
  }

  add({ taskType }: Pick<OverdueTask, 'taskType'>): void {
    const commandType = this.catalog.commandTypeOf(taskType)
    this.counts.set(commandType, (this.counts.get(commandType) ?? 0) + 1)
  }

  byCommandType(): ReadonlyMap<string, number> {
    return this.counts
  }
}
