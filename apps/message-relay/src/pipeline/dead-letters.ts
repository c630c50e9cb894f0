/** Sends the dead letters that are due. One that the topic refuses, or never answers for, keeps no other from it for long. */
import type { Fault } from '../policy/outcome'
import type { Lanes } from './lanes'
import type { DeadLetter, DeadLetterTopic, OutboxUpkeep, RowRef } from './ports'

export interface DeadLetterEvents {
  deadLettered(rows: number): void
  /** The dead-letter topic could not take them; they are tried again. */
  deadLettersWait(rows: number, problem: Fault): void
  /** It takes nothing of this row, not even the least; it is tried again when the others have had their turn. */
  deadLetterRefused(letter: DeadLetter, reason: string): void
}

const LETTERS = 20

export class DeadLetters {
  /** Where the next round goes on; undefined is the beginning. */
  private after: RowRef | undefined

  constructor(
    private readonly outbox: OutboxUpkeep,
    private readonly topic: DeadLetterTopic,
    private readonly lanes: Lanes,
    private readonly events: DeadLetterEvents,
  ) {}

  /**
   * One round over the letters: all of them, unless so many are refused that the rest is left to the next round, or the
   * topic takes nothing, or `stopping` says so.
   * @returns whether some are left to be tried again
   * @throws what the database throws
   */
  async round(stopping: () => boolean): Promise<boolean> {
    let fromTheBeginning = this.after === undefined
    let refusals = 0
    while (refusals < LETTERS && !stopping()) {
      const letters = await this.outbox.deadLettersDue(this.lanes.claimable(), this.after, LETTERS)
      if (letters.length === 0) {
        this.after = undefined
        if (fromTheBeginning) return refusals > 0
        fromTheBeginning = true
        continue
      }
      const { got, refused, problem } = await this.topic.publish(letters)
      if (got.length > 0) {
        await this.outbox.deadLettered(got)
        this.events.deadLettered(got.length)
      }
      for (const { letter, reason } of refused) this.events.deadLetterRefused(letter, reason)
      if (problem !== undefined) {
        const done = got.length + refused.length
        this.events.deadLettersWait(letters.length - done, problem)
        // It may be this letter alone that there is no answer for: the next round begins behind it.
        this.after = letters[done]
        return true
      }
      refusals += refused.length
      this.after = letters.at(-1)
    }
    return true
  }
}
