/** Tells other processes, after a commit, that there is something new: a signal that may be lost, never a fact. */
export interface Notifier {
  /** Events were committed: the relays and the streams look at once instead of at their next poll. */
  eventsWritten(): void
  /** A task's progress was committed. */
  taskProgressed(taskId: string): void
}
