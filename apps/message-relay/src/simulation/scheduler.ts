/** Virtual time: what is to happen stands in a queue, and happens one by one, each to its last consequence. */
import { setImmediate as afterMicrotasks } from 'node:timers/promises'

export interface Scheduled {
  cancel(): void
}

interface Entry extends Scheduled {
  readonly at: number
  readonly nth: number
  readonly what: string
  action: (() => void) | undefined
}

export class Scheduler {
  /** Milliseconds since the schedule began: the database's time. */
  now = 0
  /** Things that happened. */
  steps = 0
  private readonly queue: Entry[] = []
  private scheduled = 0

  /** @param trace gets a line for each thing that happens, where it is given */
  constructor(readonly trace?: (line: string) => void) {}

  /** Lets `action` happen `delayMs` from now. */
  after(delayMs: number, what: string, action: () => void): Scheduled {
    const entry: Entry = {
      at: this.now + Math.max(0, delayMs),
      nth: (this.scheduled += 1),
      what,
      action,
      cancel: () => (entry.action = undefined),
    }
    this.push(entry)
    return entry
  }

  /** A line of the trace, under the present time. */
  note(line: () => string): void {
    this.trace?.(`${this.now.toFixed(3).padStart(12)}  ${line()}`)
  }

  /** Goes on until `over`, or until nothing is left to happen, or the time is `until`. */
  async run(over: () => boolean, until: number): Promise<void> {
    await afterMicrotasks()
    while (!over()) {
      const next = this.queue[0]
      if (!next || next.at > until) return
      this.pop()
      const { action } = next
      if (!action) continue
      this.now = next.at
      this.steps += 1
      if (next.what !== '') this.note(() => next.what)
      action()
      // Every promise that this has settled has its continuations run before anything else happens.
      await afterMicrotasks()
    }
  }

  private push(entry: Entry): void {
    const { queue } = this
    let at = queue.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!before(entry, queue[above])) break
      queue[at] = queue[above] ?? entry
      at = above
    }
    queue[at] = entry
  }

  private pop(): void {
    const { queue } = this
    const last = queue.pop()
    if (!last || queue.length === 0) return
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= queue.length) break
      if (below + 1 < queue.length && before(queue[below + 1], queue[below])) below += 1
      if (!before(queue[below], last)) break
      queue[at] = queue[below] ?? last
      at = below
    }
    queue[at] = last
  }
}

function before(a: Entry | undefined, b: Entry | undefined): boolean {
  if (!a || !b) return a !== undefined
  return a.at < b.at || (a.at === b.at && a.nth < b.nth)
}
