/** Our patch of kafkajs writes the very bytes that kafkajs writes as npm has it. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'

const NOW = 1_700_000_000_000

interface Message {
  key: string | Buffer | null
  value: string | Buffer | null
  partition: number
  headers?: Record<string, string | Buffer | (string | Buffer)[]>
  timestamp?: number | string
}

interface Produce {
  acks: number
  timeout: number
  compression: number
  transactionalId: string | undefined
  topicData: { topic: string; partitions: unknown[] }[]
}

interface Encoded {
  buffer: Buffer
}

type Group = (from: {
  topic: string
  partitionMetadata: unknown[]
  messages: Message[]
  partitioner: (of: { message: Message }) => number
}) => Record<string, Message[]>

/** The modules of one of the two packages that encode a produce request. */
function encoderOf(library: 'kafkajs' | 'kafkajs-unpatched') {
  const part = (path: string) => jest.requireActual<object>(`${library}/src/${path}`)
  const produce = part('protocol/requests/produce/v3/request') as (request: Produce) => object
  const framed = part('protocol/request') as (request: object) => Promise<Encoded>
  const grouped = part('producer/groupMessagesPerPartition') as Group
  return async (messages: Message[], options: Omit<Produce, 'topicData'>): Promise<Buffer> => {
    const byPartition = grouped({
      topic: 'events',
      partitionMetadata: [{}],
      messages,
      partitioner: ({ message }) => message.partition,
    })
    const partitions = Object.entries(byPartition).map(([partition, of]) => ({
      partition: Number(partition),
      firstSequence: 0,
      messages: of,
    }))
    const request = produce({ ...options, topicData: [{ topic: 'events', partitions }] })
    const { buffer } = await framed({ correlationId: 7, clientId: 'relay', request })
    return buffer
  }
}

const text = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.integer({ min: 500, max: 5000 }).map((length) => '\u20ac'.repeat(length)),
)
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 300 }).map((of) => Buffer.from(of)),
)
const header = fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }))
const message: fc.Arbitrary<Message> = fc.record(
  {
    key: fc.option(bytes),
    value: fc.option(bytes),
    partition: fc.nat(3),
    headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 12 }), header, { maxKeys: 4 }),
    timestamp: fc.oneof(
      fc.constant(NOW),
      fc.integer({ min: -2, max: 2 }).map((n) => NOW + 2 ** 31 + n),
      fc.integer({ min: -2, max: 2 }).map((n) => NOW - 2 ** 31 + n),
      fc.integer({ min: 1, max: 2 ** 48 }),
      fc.integer({ min: 1, max: 2 ** 48 }).map(String),
    ),
  },
  { requiredKeys: ['key', 'value', 'partition'] },
)

describe('kafkajs as patched', () => {
  const patched = encoderOf('kafkajs')
  const released = encoderOf('kafkajs-unpatched')

  beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(NOW))
  afterEach(() => jest.restoreAllMocks())

  it.each([
    ['plain', 0],
    ['gzip', 1],
  ])('encodes a %s produce request as npm has it', async (_, compression) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 30 }),
        fc.option(fc.constant('a transaction'), { nil: undefined }),
        async (messages, transactionalId) => {
          const options = { acks: -1, timeout: 1000, compression, transactionalId }
          const [ours, theirs] = [await patched(messages, options), await released(messages, options)]
          expect(ours.equals(theirs)).toBe(true)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is another library than the one it is held against', () => {
    const read = (library: string) => readFileSync(require.resolve(`${library}/src/protocol/encoder`), 'utf8')
    expect(read('kafkajs')).not.toBe(read('kafkajs-unpatched'))
  })
})
