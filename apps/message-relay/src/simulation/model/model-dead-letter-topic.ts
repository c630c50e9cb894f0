/** The dead-letter topic's port: letters that arrived, and a topic that may be away. */
import type { DeadLetter, DeadLettersPublished, DeadLetterTopic } from '../../pipeline/ports'
import type { Fault } from '../../policy/outcome'

export class ModelDeadLetterTopic implements DeadLetterTopic {
  /** Ids of the outbox rows whose letters arrived. */
  readonly arrived: string[] = []

  /** @param problem asked before each letter: why it cannot be taken now, if so */
  constructor(private readonly problem: () => Fault | undefined = () => undefined) {}

  publish(letters: readonly DeadLetter[]): Promise<DeadLettersPublished> {
    const got: DeadLetter[] = []
    for (const letter of letters) {
      const problem = this.problem()
      if (problem !== undefined) return Promise.resolve({ got, refused: [], problem })
      this.arrived.push(letter.id)
      got.push(letter)
    }
    return Promise.resolve({ got, refused: [], problem: undefined })
  }
}
