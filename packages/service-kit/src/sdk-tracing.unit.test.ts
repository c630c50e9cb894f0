/** What spans the SDK is asked for; tracing.e2e.test.ts sees them arrive at a collector. */
import * as api from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { inSpan, parseTraceparent, startTracing, type Tracing } from './index'
import { sdkTracing } from './sdk-tracing'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SPAN = 'b7ad6b7169203331'
const KEPT = `00-${TRACE}-${SPAN}-01`
const NOT_KEPT = `00-${TRACE}-${SPAN}-00`

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
let tracing: Tracing
beforeAll(() => {
  provider.register()
  tracing = { ...sdkTracing(api, provider.getTracer('test')), stop: () => Promise.resolve() }
})
afterEach(() => exporter.reset())
afterAll(() => provider.shutdown())

const told = (): ReadableSpan[] => exporter.getFinishedSpans()
const idOf = (span: ReadableSpan | undefined) => span?.spanContext().spanId

it('is nothing at all where no collector is named', async () => {
  expect(await startTracing({ service: 'a-service', endpoint: undefined }, () => undefined)).toBeUndefined()
})

it('continues the trace it is given, links, and tells when it ends', () => {
  const span = tracing.begin({
    name: 'first',
    kind: 'producer',
    parent: KEPT,
    links: [KEPT, 'rubbish'],
    attributes: { a: 1, b: undefined },
  })
  span.rename('renamed')
  span.set({ c: 'x', d: undefined })
  expect(told()).toEqual([])
  span.end()
  const [first] = told()
  expect(first).toMatchObject({
    name: 'renamed',
    kind: api.SpanKind.PRODUCER,
    parentSpanContext: { traceId: TRACE, spanId: SPAN },
    links: [{ context: { traceId: TRACE, spanId: SPAN } }],
    attributes: { a: 1, c: 'x' },
    status: { code: api.SpanStatusCode.UNSET },
  })
  expect(span.recording).toBe(true)
  expect(parseTraceparent(span.traceparent)).toEqual({ traceId: TRACE, spanId: idOf(first), sampled: true })
})

it('is the child of the span it begins in, and fails with its work', async () => {
  const refusal = Object.assign(new Error('no'), { code: 'REFUSED' })
  const outer = inSpan(tracing, { name: 'outer', kind: 'internal' }, async () => {
    await Promise.resolve()
    await inSpan(tracing, { name: 'inner', kind: 'client', parent: 'rubbish' }, () => Promise.reject(refusal))
  })
  await expect(outer).rejects.toBe(refusal)
  const [inner, parent] = told()
  expect(inner).toMatchObject({
    name: 'inner',
    parentSpanContext: { spanId: idOf(parent) },
    attributes: { 'error.type': 'REFUSED' },
    status: { code: api.SpanStatusCode.ERROR, message: 'no' },
  })
  expect(parent).toMatchObject({ name: 'outer', status: { message: 'no' } })
  expect(parent?.parentSpanContext).toBeUndefined()
})

it.each([
  [new TypeError('!'), 'TypeError'],
  ['a text', 'unknown'],
  [undefined, 'unknown'],
])('names what is thrown: %s', async (thrown, type) => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever is thrown
  const work = inSpan(tracing, { name: 'work', kind: 'server' }, () => Promise.reject(thrown))
  await expect(work).rejects.toBe(thrown)
  expect(told()[0]?.attributes).toEqual({ 'error.type': type })
})

it('returns what its work returns', async () => {
  expect(await inSpan(tracing, { name: 'work', kind: 'internal' }, () => Promise.resolve(7))).toBe(7)
  expect(told()).toHaveLength(1)
})

it('tells nothing of a trace that is not kept, and hands it on as such', () => {
  const span = tracing.begin({ name: 'unheard', kind: 'server', parent: NOT_KEPT })
  expect(span.recording).toBe(false)
  expect(parseTraceparent(span.traceparent)).toMatchObject({ traceId: TRACE, sampled: false })
  span.failed('x')
  span.end()
  expect(told()).toEqual([])
})

it('works in a span of another tracing as if in none', () => {
  const stranger = { ...tracing.begin({ name: 'copied', kind: 'internal' }) }
  expect(tracing.within(stranger, () => 1)).toBe(1)
})
