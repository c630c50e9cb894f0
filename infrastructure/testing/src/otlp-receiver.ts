/** A collector: takes what a service sends of its spans over OTLP/HTTP (JSON), and keeps it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { eventually } from './eventually'

export interface ReceivedSpan {
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  traceId: string
  spanId: string
  /** Undefined for the first of its trace. */
  parentSpanId?: string | undefined
  links: { traceId: string; spanId: string }[]
  attributes: Record<string, unknown>
  /** The message of a span that failed. */
  failure: string | undefined
  /** service.name of who sent it. */
  service: unknown
  resource: Record<string, unknown>
}

export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string
  readonly spans: ReceivedSpan[]
  /** The first span that `matches`, waited for. */
  span(matches: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>
  close(): Promise<void>
}

/** OTLP's JSON, as far as it is read here (opentelemetry-proto, trace/v1). */
interface TraceExport {
  resourceSpans: {
    resource: { attributes: KeyValue[] }
    scopeSpans: { spans: ExportedSpan[] }[]
  }[]
}
interface KeyValue {
  key: string
  value: Record<string, unknown>
}
interface ExportedSpan {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  links?: { traceId: string; spanId: string }[]
  attributes: KeyValue[]
  status?: { code?: number; message?: string }
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUS_ERROR = 2
const PATIENCE_MS = 20_000

/** Listens on a port of its own. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end()
      return
    }
    json(request).then(
      (body) => {
        spans.push(...received(body as TraceExport))
        response.setHeader('content-type', 'application/json').end('{}')
      },
      () => response.writeHead(400).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    span: (matches) => eventually(() => spans.find(matches), PATIENCE_MS),
    close: async () => {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function received({ resourceSpans }: TraceExport): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const about = attributesOf(resource.attributes)
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map(({ name, kind, traceId, spanId, parentSpanId, links = [], attributes, status }) => ({
        name,
        kind: KINDS[kind] ?? 'internal',
        traceId,
        spanId,
        parentSpanId,
        links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
        attributes: attributesOf(attributes),
        failure: status?.code === STATUS_ERROR ? (status.message ?? '') : undefined,
        service: about['service.name'],
        resource: about,
      }))
  })
}

function attributesOf(list: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]))
}
