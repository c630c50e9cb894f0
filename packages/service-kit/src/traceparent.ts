/** Reads and writes W3C's traceparent: the one line that carries a trace from process to process. */

/** The span that a traceparent names. */
export interface TraceContext {
  readonly traceId: string
  readonly spanId: string
  /** Whether whoever began the trace keeps it. */
  readonly sampled: boolean
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/
const SAMPLED = 1

/** What `text` names; undefined where it is no valid traceparent (Trace Context level 1, section 3.2). */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, traceId, spanId, flags = ''] = TRACEPARENT.exec(text) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, sampled: (parseInt(flags, 16) & SAMPLED) === SAMPLED }
}

/** The header that names `context`. */
export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`
}
