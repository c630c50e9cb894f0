/** Publishes batches one after the other, and settles each while the next is being published. */
import type { ClaimedRow } from './ports'
import type { AttemptedRow } from './publish'

export interface LineSteps {
  publish(rows: readonly ClaimedRow[], trial: boolean): Promise<readonly AttemptedRow[]>
  settle(attempted: readonly AttemptedRow[], trial: boolean): Promise<void>
  /** True when the relay is told to stop, or a fault ends it: no further batch is begun. */
  stopping(): boolean
  /** Runs `work`; its fault ends the relay. */
  guarded(work: Promise<void>): Promise<void>
}

export class PublishLine {
  private begun: Promise<void> = Promise.resolve()
  private published: Promise<void> = Promise.resolve()
  private settled: Promise<void> = Promise.resolve()

  constructor(private readonly steps: LineSteps) {}

  /** Takes a batch on once there is room: one is published, one waits, no more. */
  async take(rows: readonly ClaimedRow[], trial: boolean): Promise<void> {
    await this.begun
    this.begun = this.published
    this.published = this.steps.guarded(this.publishThenSettle(this.begun, rows, trial))
  }

  /** Resolves when all that was begun is settled. */
  async empty(): Promise<void> {
    await this.published
    await this.settled
  }

  private async publishThenSettle(
    before: Promise<void>,
    rows: readonly ClaimedRow[],
    trial: boolean,
  ): Promise<void> {
    await before
    // What was claimed ahead is left as it was found; behind a batch nobody knows of it must not go at all.
    if (this.steps.stopping()) return
    const attempted = await this.steps.publish(rows, trial)
    await this.settled // at most two batches are published and not settled
    this.settled = this.steps.guarded(this.steps.settle(attempted, trial))
  }
}
