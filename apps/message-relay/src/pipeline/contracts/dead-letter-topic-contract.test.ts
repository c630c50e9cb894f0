/** What every {@link DeadLetterTopic} promises. */
import type { DeadLetter, DeadLetterTopic } from '../ports'

export interface DeadLetterTopicUnderTest {
  readonly topic: DeadLetterTopic
  /** One that cannot be written to. */
  readonly away: DeadLetterTopic
  /** The outbox ids of the letters that arrived. */
  arrived(): Promise<readonly string[]>
  close(): Promise<void>
}

export function deadLetterTopicContract(create: () => Promise<DeadLetterTopicUnderTest>): void {
  describe('DeadLetterTopic', () => {
    let world: DeadLetterTopicUnderTest

    beforeEach(async () => {
      world = await create()
    })
    afterEach(() => world.close())

    const letter = (id: string): DeadLetter => ({
      ...{ id, seq: 1, lane: 1, token: '1', topic: 't', key: 'k', value: '{}', attempts: 4 },
      ...{ eventId: null, eventType: null },
      error: { class: 'record_too_large', message: 'too large', attempts: [] },
    })

    it('tells which letters it has got', async () => {
      const letters = [letter('one'), letter('two')]
      expect(await world.topic.publish(letters)).toEqual({ got: letters, refused: [], problem: undefined })
      expect(new Set(await world.arrived())).toEqual(new Set(['one', 'two']))
      expect(await world.topic.publish([])).toEqual({ got: [], refused: [], problem: undefined })
    })

    it('gets what is too large in whatever way, and what comes behind it', async () => {
      const large = 'x'.repeat(1_200_000)
      const letters = [
        { ...letter('key'), key: large },
        { ...letter('value'), value: large },
        { ...letter('event id'), eventId: large, eventType: large },
        letter('behind'),
      ]
      expect(await world.topic.publish(letters)).toEqual({ got: letters, refused: [], problem: undefined })
      expect(new Set(await world.arrived())).toEqual(new Set(letters.map(({ id }) => id)))
    })

    it('never throws: what it could not get it tells, and why', async () => {
      const { got, problem } = await world.away.publish([letter('one')])
      expect(got).toEqual([])
      expect(problem).toMatchObject({
        class: expect.stringMatching(/./),
        message: expect.stringMatching(/./),
      })
    })
  })
}
