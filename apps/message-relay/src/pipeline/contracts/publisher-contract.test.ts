/** What every {@link Publisher} promises. */
import type { KafkaMessage } from '../../policy/kafka-message'
import type { Publisher } from '../ports'

export interface PublisherUnderTest {
  readonly publisher: Publisher
  /** One that cannot reach its broker. */
  readonly withoutBroker: Publisher
  /** Deletes the events topic. */
  withoutEventsTopic(): Promise<Publisher>
  readonly events: string
  /** Another topic that exists. */
  readonly other: string
  /** A topic that does not. */
  readonly missing: string
  /** A record whose value is twice as long is too large. */
  readonly valueBytes: number
  records(topic: string): Promise<readonly { readonly key: string | null; readonly value: string | null }[]>
  close(): Promise<void>
}

export function publisherContract(create: () => Promise<PublisherUnderTest>): void {
  describe('Publisher', () => {
    let world: PublisherUnderTest

    beforeEach(async () => {
      world = await create()
    })
    afterEach(() => world.close())

    const record = (key: string, n: number, more: Partial<KafkaMessage> = {}): KafkaMessage => ({
      topic: world.events,
      key,
      value: `{"n": ${n}}`,
      headers: { event_id: `${key}-${n}` },
      ...more,
    })
    const large = () => 'x'.repeat(world.valueBytes * 2)
    const publish = async (records: KafkaMessage[], mayStart = () => true, publisher = world.publisher) =>
      (await publisher.publish(records, mayStart)).map((outcome) => outcome.kind)
    const valuesOf = async (topic: string, key: string) =>
      (await world.records(topic)).filter((each) => each.key === key).map(({ value }) => value)

    it('sends records in their order for each key, and tells where each of them is', async () => {
      const records = [record('a', 1), record('b', 1), record('a', 2), record('a', 3), record('b', 2)]
      const outcomes = await world.publisher.publish(records, () => true)
      expect(outcomes.map(({ kind }) => kind)).toEqual(records.map(() => 'sent'))
      expect(await valuesOf(world.events, 'a')).toEqual(['{"n": 1}', '{"n": 2}', '{"n": 3}'])
      expect(await valuesOf(world.events, 'b')).toEqual(['{"n": 1}', '{"n": 2}'])
      const places = outcomes.map((outcome) =>
        outcome.kind === 'sent' ? `${outcome.partition}/${outcome.offset}` : '',
      )
      expect(new Set(places).size).toBe(records.length)
      expect(await publish([])).toEqual([])
    })

    it('lets one record that is too large fail alone, with what follows it in its key', async () => {
      const records = [
        record('a', 1),
        record('bad', 1, { value: large() }),
        record('b', 1),
        record('bad', 2),
        record('a', 2),
      ]
      const outcomes = await world.publisher.publish(records, () => true)
      expect(outcomes.map(({ kind }) => kind)).toEqual(['sent', 'record_fault', 'sent', 'withheld', 'sent'])
      expect(outcomes[1]).toMatchObject({ final: false, fault: { class: 'record_too_large' } })
      expect(await valuesOf(world.events, 'bad')).toEqual([])
      expect(new Set(await valuesOf(world.events, 'a'))).toEqual(new Set(['{"n": 1}', '{"n": 2}']))
    })

    it('keeps the order of a key across topics', async () => {
      const records = [
        record('a', 1, { topic: world.missing }),
        record('a', 2),
        record('b', 1, { topic: world.other }),
      ]
      expect(await publish(records)).toEqual(['record_fault', 'withheld', 'sent'])
      expect(await valuesOf(world.events, 'a')).toEqual([])
      expect(await valuesOf(world.other, 'b')).toEqual(['{"n": 1}'])
    })

    it('takes the absence of another topic for the record’s own fault', async () => {
      const [outcome] = await world.publisher.publish([record('a', 1, { topic: world.missing })], () => true)
      expect(outcome).toMatchObject({ kind: 'record_fault', final: false, fault: { class: 'unknown_topic' } })
    })

    it('takes the absence of the events topic for an outage, and sees it in its probe', async () => {
      expect(await world.publisher.probe()).toBeUndefined()
      const publisher = await world.withoutEventsTopic()
      const [outcome] = await publisher.publish([record('a', 1)], () => true)
      expect(outcome).toMatchObject({ kind: 'unavailable', scope: 'broker' })
      expect(await publisher.probe()).toMatchObject({ class: 'unknown_topic' })
    })

    it('hands records back that it may not begin to send', async () => {
      expect(await publish([record('a', 1), record('b', 1)], () => false)).toEqual([
        'handed_back',
        'handed_back',
      ])
      expect(await world.records(world.events)).toEqual([])
    })

    it('answers for every record when the broker is away, and its probe says so', async () => {
      const kinds = await publish(
        [record('a', 1), record('a', 2), record('b', 1)],
        () => true,
        world.withoutBroker,
      )
      expect(kinds[0]).toBe('unavailable')
      expect(kinds[1]).toBe('withheld')
      expect(['unavailable', 'handed_back']).toContain(kinds[2])
      expect(await world.withoutBroker.probe()).toMatchObject({ class: 'connection' })
    })
  })
}
