/** Spans of OpenTelemetry's SDK, as the services know them. */
import type * as OpenTelemetryApi from '@opentelemetry/api'
import { formatTraceparent, parseTraceparent } from './traceparent'
import type { Span, SpanStart, Tracing } from './tracing'

/** The spans that `tracer` makes. @param api OpenTelemetry's, which is loaded only where there is tracing */
export function sdkTracing(
  { context, trace, SpanKind, SpanStatusCode, TraceFlags }: typeof OpenTelemetryApi,
  tracer: OpenTelemetryApi.Tracer,
): Pick<Tracing, 'begin' | 'within'> {
  const kinds = {
    server: SpanKind.SERVER,
    client: SpanKind.CLIENT,
    producer: SpanKind.PRODUCER,
    internal: SpanKind.INTERNAL,
  }
  const sdkSpans = new WeakMap<Span, OpenTelemetryApi.Span>()

  const contextOf = (traceparent: string | undefined): OpenTelemetryApi.SpanContext | undefined => {
    const parsed = traceparent === undefined ? undefined : parseTraceparent(traceparent)
    if (!parsed) return undefined
    const { traceId, spanId, sampled } = parsed
    return { traceId, spanId, isRemote: true, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE }
  }

  return {
    begin: ({ name, kind, parent, links = [], attributes = {} }: SpanStart): Span => {
      const given = contextOf(parent)
      const linked = links.map(contextOf).filter((link) => link !== undefined)
      const sdkSpan = tracer.startSpan(
        name,
        { kind: kinds[kind], links: linked.map((context) => ({ context })), attributes: { ...attributes } },
        given ? trace.setSpanContext(context.active(), given) : context.active(),
      )
      const { traceId, spanId, traceFlags } = sdkSpan.spanContext()
      const span: Span = {
        traceparent: formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
        recording: sdkSpan.isRecording(),
        set: (more) => void sdkSpan.setAttributes({ ...more }),
        rename: (newName) => void sdkSpan.updateName(newName),
        failed: (errorType, message) => {
          sdkSpan.setAttribute('error.type', errorType)
          sdkSpan.setStatus({
            code: SpanStatusCode.ERROR,
            ...(message === undefined ? {} : { message }),
          })
        },
        end: () => sdkSpan.end(),
      }
      sdkSpans.set(span, sdkSpan)
      return span
    },
    within: (span, work) => {
      const sdkSpan = sdkSpans.get(span)
      return sdkSpan ? context.with(trace.setSpan(context.active(), sdkSpan), work) : work()
    },
  }
}
