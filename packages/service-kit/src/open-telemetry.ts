/** Starts OpenTelemetry's SDK, which is loaded only where a collector is named: it takes 18 MB. */
import { setTimeout as delay } from 'node:timers/promises'
import type { DiagLogger } from '@opentelemetry/api'
import { sdkTracing } from './sdk-tracing'
import { STOP_PATIENCE_MS, type Tracing } from './tracing'

export interface TracingSettings {
  /** The service's name, unless OTEL_SERVICE_NAME says another. */
  readonly service: string
  /** The collector's base address (OTLP over HTTP), or undefined: no tracing. */
  readonly endpoint: string | undefined
}

const TRACES_PATH = '/v1/traces'
/** A collector that is away is told of once in this time. */
const WARN_ONCE_EVERY_MS = 60_000

/**
 * Starts tracing, or does nothing where no endpoint is set. What is kept, how much is sent at once and with which
 * headers the SDK reads from the standard variables (OTEL_TRACES_SAMPLER, OTEL_BSP_…, OTEL_EXPORTER_OTLP_HEADERS,
 * OTEL_RESOURCE_ATTRIBUTES).
 * @param warn is told of trouble with the collector, rarely
 */
export async function startTracing(
  { service, endpoint }: TracingSettings,
  warn: (message: string, details: object) => void,
): Promise<Tracing | undefined> {
  if (endpoint === undefined) return undefined
  const [api, { OTLPTraceExporter }, resources, { BatchSpanProcessor, NodeTracerProvider }] =
    await Promise.all([
      import('@opentelemetry/api'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace-node'),
    ])
  const complain = rarely((reason) => warn('tracing has trouble: spans may be lost', { reason }))
  api.diag.setLogger(complain, { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true })
  const { detectResources, envDetector, resourceFromAttributes, serviceInstanceIdDetector } = resources
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }).merge(
      detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }),
    ),
    spanProcessors: [
      new BatchSpanProcessor(new OTLPTraceExporter({ url: endpoint.replace(/\/+$/, '') + TRACES_PATH })),
    ],
  })
  provider.register()
  return {
    ...sdkTracing(api, provider.getTracer(service)),
    stop: async () => {
      const sent = provider.shutdown().catch((error: unknown) => complain.error(String(error)))
      await Promise.race([sent, delay(STOP_PATIENCE_MS, undefined, { ref: false })])
    },
  }
}

/** Hands on the SDK's own complaints, the first of each minute. */
function rarely(tell: (reason: string) => void): DiagLogger {
  let silentUntil = -Infinity
  const hear = (...told: unknown[]): void => {
    const now = performance.now()
    if (now < silentUntil) return
    silentUntil = now + WARN_ONCE_EVERY_MS
    tell(told.map(String).join(' '))
  }
  const ignore = (): void => undefined
  return { error: hear, warn: hear, info: ignore, debug: ignore, verbose: ignore }
}
