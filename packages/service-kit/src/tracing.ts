/**
 * What a service says of its work to whoever follows a request through the system. Where tracing is off there is no
 * Tracing at all: nothing is wrapped, loaded or run.
 */

export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>

export interface SpanStart {
  readonly name: string
  /** As OpenTelemetry names them; `producer` for what sends to a topic. */
  readonly kind: 'server' | 'client' | 'producer' | 'internal'
  /** The traceparent that it continues; without one, the span that is being worked in, else it begins a trace. */
  readonly parent?: string | undefined
  /** Traceparents that it has to do with. */
  readonly links?: readonly string[]
  readonly attributes?: SpanAttributes
}

export interface Span {
  /** Names this span, for whoever continues it. */
  readonly traceparent: string
  /** False where the trace is not kept: what is said of it is heard by nobody. */
  readonly recording: boolean
  /** Undefined ones are left out. */
  set(attributes: SpanAttributes): void
  rename(name: string): void
  /** It did not do what it was to do. @param errorType one of few, as a metric's label */
  failed(errorType: string, message?: string): void
  /** A span that never ends is told to nobody. */
  end(): void
}

export interface Tracing {
  begin(start: SpanStart): Span
  /** Runs `work`, and all that it awaits, in `span`. */
  within<T>(span: Span, work: () => T): T
  /** Sends what is still to be sent, for as long as {@link STOP_PATIENCE_MS}. */
  stop(): Promise<void>
}

/** How long a process that ends waits for the collector. */
export const STOP_PATIENCE_MS = 2_000

/**
 * What `work` returns, done in a span that ends with it.
 * @throws what `work` throws; the span has failed then
 */
export async function inSpan<T>(
  tracing: Tracing,
  start: SpanStart,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracing.begin(start)
  try {
    return await tracing.within(span, () => work(span))
  } catch (error) {
    span.failed(errorTypeOf(error), error instanceof Error ? error.message : String(error))
    throw error
  } finally {
    span.end()
  }
}

function errorTypeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown'
}
