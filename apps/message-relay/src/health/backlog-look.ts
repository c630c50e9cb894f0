/** Looks at the backlog for whoever scrapes: one look at a time, and no scrape waits long for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Backlog } from '../outbox/backlog'

export class BacklogLook {
  private underWay: Promise<void> | undefined
  private latest: Backlog | undefined

  /** @param patienceMs how long a scrape waits for a look: beyond that it gets the one before */
  constructor(
    private readonly read: () => Promise<Backlog>,
    private readonly patienceMs: number,
  ) {}

  /** What the latest look that ended has seen, or undefined where it could not see. Looks anew, unless one does already. */
  async figures(): Promise<Backlog | undefined> {
    this.underWay ??= this.look().finally(() => (this.underWay = undefined))
    await Promise.race([this.underWay, sleep(this.patienceMs, undefined, { ref: false })])
    return this.latest
  }

  private async look(): Promise<void> {
    try {
      this.latest = await this.read()
    } catch {
      this.latest = undefined
    }
  }
}
