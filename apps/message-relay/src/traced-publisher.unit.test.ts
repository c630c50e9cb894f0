/** What a record carries on, and what is told of it, when tracing is on. */
import { parseTraceparent } from '@infinite-scribe/service-kit'
import { recordedTracing } from '@infinite-scribe/testing'
import type { Publisher } from './pipeline/ports'
import type { KafkaMessage } from './policy/kafka-message'
import { tracedPublisher } from './traced-publisher'

const PROBLEM = { class: 'connection', message: 'as it is' }
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PRODUCER = 'b7ad6b7169203331'
const GIVEN = `00-${TRACE}-${PRODUCER}-01`

type Results = Awaited<ReturnType<Publisher['publish']>>
let sent: KafkaMessage[]
const publisher = (results: Results): Publisher => ({
  probe: () => Promise.resolve(PROBLEM),
  publish: (records) => {
    sent = [...records]
    return Promise.resolve(results)
  },
})
const record = (headers: Record<string, string>): KafkaMessage => ({
  topic: 't',
  key: 'k',
  value: '{}',
  headers,
  writtenAtMs: 1_000,
})
const fault = { class: 'record_too_large', message: 'too large' }
async function send(results: Results, records: KafkaMessage[], tracing = recordedTracing()) {
  const traced = tracedPublisher(publisher(results), tracing, () => 1_250)
  expect(await traced.publish(records, () => true)).toBe(results)
  return tracing.spans
}

it('continues and links to whoever wrote the row, and leaves the record as it is', async () => {
  const given = record({ event_id: 'e', event_type: 'A.B.Created', traceparent: GIVEN })
  const spans = await send([{ kind: 'sent', partition: 3, offset: '7' }], [given])
  expect(sent).toEqual([given])
  expect(spans).toMatchObject([
    {
      name: 'send t',
      kind: 'producer',
      traceId: TRACE,
      parentSpanId: PRODUCER,
      links: [GIVEN],
      ended: true,
      attributes: {
        'messaging.message.id': 'e',
        'outbox.waited_ms': 250,
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': 7,
      },
    },
  ])
})

it.each([undefined, 'rubbish'])(
  'begins a trace for a record that came with none: %s',
  async (traceparent) => {
    const given = { event_id: 'e', ...(traceparent !== undefined && { traceparent }) }
    const cloudEvent = { ...given, ce_specversion: '1.0' }
    const outcome = { kind: 'sent', partition: 0, offset: '0' } as const
    const [first, second] = await send([outcome, outcome], [record(given), record(cloudEvent)])
    const [plain, event] = sent.map(({ headers }) => headers)
    expect(parseTraceparent(plain!.traceparent!)).toMatchObject({
      traceId: first!.traceId,
      spanId: first!.spanId,
    })
    expect(parseTraceparent(event!.traceparent!)).toMatchObject({ traceId: second!.traceId })
    expect(event!.ce_traceparent).toBe(event!.traceparent)
    expect(Object.keys(plain!)).toEqual(['event_id', 'traceparent'])
  },
)

it('says why a record was not taken, and nothing of one that was not tried', async () => {
  const results: Results = [
    { kind: 'record_fault', fault, final: false },
    { kind: 'withheld' },
    { kind: 'handed_back' },
  ]
  const spans = await send(results, [record({}), record({}), record({})])
  expect(spans.map(({ failure, ended }) => [failure, ended])).toEqual([
    ['record_too_large', true],
    [undefined, false],
    [undefined, false],
  ])
})

it('describes nothing that nobody keeps', async () => {
  const [span] = await send(
    [{ kind: 'unknown', fault }],
    [record({ traceparent: GIVEN })],
    recordedTracing(false),
  )
  expect(span!.attributes).toEqual({})
})

it('asks the broker as before', async () => {
  expect(await tracedPublisher(publisher([]), recordedTracing()).probe()).toBe(PROBLEM)
})
