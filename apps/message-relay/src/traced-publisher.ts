/** A publisher whose every record is a span of its trace, and sends its traceparent with it. */
import { parseTraceparent, type Span, type Tracing } from '@infinite-scribe/service-kit'
import type { NotTried, Publisher } from './pipeline/ports'
import type { KafkaMessage } from './policy/kafka-message'
import type { Outcome } from './policy/outcome'

/**
 * `publisher`, traced: the record goes on with the traceparent of whoever wrote its row, which the span continues
 * and links to; one that came without begins a trace here.
 * @param now milliseconds since the epoch
 */
export function tracedPublisher(
  publisher: Publisher,
  tracing: Tracing,
  now: () => number = Date.now,
): Publisher {
  return {
    probe: () => publisher.probe(),
    publish: async (records, mayStart) => {
      const spans = records.map((record) => begin(tracing, record, now()))
      const outgoing = records.map((record, nth) => carrying(record, spans[nth]))
      const results = await publisher.publish(outgoing, mayStart)
      results.forEach((result, nth) => end(spans[nth], result))
      return results
    },
  }
}

function begin(tracing: Tracing, { topic, key, headers, writtenAtMs }: KafkaMessage, nowMs: number): Span {
  const { traceparent: producer } = headers
  const span = tracing.begin({
    name: `send ${topic}`,
    kind: 'producer',
    parent: producer,
    links: producer === undefined ? [] : [producer],
  })
  if (span.recording) {
    span.set({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': topic,
      'messaging.kafka.message.key': key,
      'messaging.message.id': headers.event_id,
      event_type: headers.event_type,
      'outbox.waited_ms': writtenAtMs === undefined ? undefined : Math.round(nowMs - writtenAtMs),
    })
  }
  return span
}

function carrying(record: KafkaMessage, span: Span | undefined): KafkaMessage {
  const { headers } = record
  if (!span || (headers.traceparent !== undefined && parseTraceparent(headers.traceparent))) return record
  const { traceparent } = span
  const isCloudEvent = headers.ce_specversion !== undefined
  return {
    ...record,
    headers: { ...headers, traceparent, ...(isCloudEvent && { ce_traceparent: traceparent }) },
  }
}

/** What was not tried was not sent: nothing is told of it. */
function end(span: Span | undefined, result: Outcome | NotTried): void {
  if (!span || result.kind === 'withheld' || result.kind === 'handed_back') return
  if (result.kind === 'sent') {
    span.set({
      'messaging.destination.partition.id': String(result.partition),
      'messaging.kafka.offset': Number(result.offset),
    })
  } else span.failed(result.fault.class, result.fault.message)
  span.end()
}
