/** A tracing that keeps its spans, for a service in the test's own process. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'
import {
  formatTraceparent,
  parseTraceparent,
  type Span,
  type SpanAttributes,
  type SpanStart,
  type Tracing,
} from '@infinite-scribe/service-kit'

export interface RecordedSpan {
  name: string
  kind: SpanStart['kind']
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  links: readonly string[]
  attributes: SpanAttributes
  failure: string | undefined
  ended: boolean
}

/** @param recording false for a tracing that keeps none of its traces */
export function recordedTracing(recording = true): Tracing & { readonly spans: RecordedSpan[] } {
  const spans: RecordedSpan[] = []
  const current = new AsyncLocalStorage<Span>()
  return {
    spans,
    begin: ({ name, kind, parent, links = [], attributes = {} }) => {
      const continued =
        parseTraceparent(parent ?? '') ?? parseTraceparent(current.getStore()?.traceparent ?? '')
      const span: RecordedSpan = {
        name,
        kind,
        traceId: continued?.traceId ?? randomBytes(16).toString('hex'),
        spanId: randomBytes(8).toString('hex'),
        parentSpanId: continued?.spanId,
        links,
        attributes,
        failure: undefined,
        ended: false,
      }
      spans.push(span)
      return {
        traceparent: formatTraceparent({ ...span, sampled: recording }),
        recording,
        set: (more) => void (span.attributes = { ...span.attributes, ...more }),
        rename: (newName) => void (span.name = newName),
        failed: (errorType) => void (span.failure = errorType),
        end: () => void (span.ended = true),
      }
    },
    within: (span, work) => current.run(span, work),
    stop: () => Promise.resolve(),
  }
}
