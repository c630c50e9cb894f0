/** One trace from the request to the record on Kafka, as a collector sees it; and nothing of it where tracing is off. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import {
  ApiUser,
  eventually,
  readTopicToEnd,
  repositoryRoot,
  startOtlpReceiver,
  startSystem,
  type OtlpReceiver,
  type RunningSystem,
} from '@infinite-scribe/testing'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CLIENT_SPAN = 'b7ad6b7169203331'

const recordOf = (system: RunningSystem, key: string, eventType?: string) =>
  eventually(async () => {
    const records = await readTopicToEnd(system.topic)
    return records.find(
      (record) => record.key === key && (!eventType || record.headers.event_type === eventType),
    )
  }, 20_000)

/** A row as another service would write it. */
async function insertRow(system: RunningSystem, key: string): Promise<void> {
  const sql = new Client({ connectionString: system.database.url })
  await sql.connect()
  try {
    await sql.query('INSERT INTO event_outbox (topic, key, payload) VALUES ($1, $2, $3)', [
      system.topic,
      key,
      { event_id: randomUUID() },
    ])
  } finally {
    await sql.end()
  }
}

const linesOf = (output: string) =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)

describe('with a collector', () => {
  let collector: OtlpReceiver
  let system: RunningSystem

  beforeAll(async () => {
    collector = await startOtlpReceiver()
    const traced = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      LOG_LEVEL: 'info',
    }
    system = await startSystem({ gateway: traced, relay: traced })
  })

  afterAll(async () => {
    await system.close()
    await collector.close()
  })

  test('a command’s request, transaction and publish are one trace, which the record carries on', async () => {
    const { url, process } = system.gateways[0]!
    const user = new ApiUser(url, 'traced')
    const session = await user.openSession()
    const traceparent = `00-${TRACE}-${CLIENT_SPAN}-01`
    const { status, body, headers } = await user.command(
      session,
      'SubmitFeedback',
      { rating: 5 },
      { traceparent },
    )
    expect(status).toBe(200)

    const ofTrace = (name: string) => collector.span((span) => span.traceId === TRACE && span.name === name)
    const request = await ofTrace('POST /genesis/sessions/{session_id}/commands')
    const command = await ofTrace('command SubmitFeedback')
    const transaction = await ofTrace('transaction')
    const send = await ofTrace(`send ${system.topic}`)

    expect(request).toMatchObject({ service: 'api-gateway', kind: 'server', parentSpanId: CLIENT_SPAN })
    expect(request.attributes).toMatchObject({
      'http.response.status_code': 200,
      request_id: headers.get('x-request-id'),
      command_id: body.command_id,
    })
    expect(command).toMatchObject({ kind: 'internal', parentSpanId: request.spanId })
    expect(command.attributes).toMatchObject({ session_id: session, command_id: body.command_id })
    expect(transaction).toMatchObject({ kind: 'client', parentSpanId: command.spanId })
    expect(send).toMatchObject({
      service: 'message-relay',
      kind: 'producer',
      parentSpanId: command.spanId,
      links: [{ traceId: TRACE, spanId: command.spanId }],
    })

    const record = await recordOf(system, session, 'Genesis.Session.FeedbackSubmitted')
    const { event_id } = JSON.parse(record.value!) as { event_id: string }
    expect(record.headers).toEqual({
      event_id,
      event_type: 'Genesis.Session.FeedbackSubmitted',
      traceparent: `00-${TRACE}-${command.spanId}-01`,
    })
    expect(send.attributes).toMatchObject({
      'messaging.message.id': event_id,
      'messaging.kafka.message.key': session,
      'messaging.destination.partition.id': String(record.partition),
      'messaging.kafka.offset': Number(record.offset),
    })
    const waited = send.attributes['outbox.waited_ms'] as number
    expect(waited).toBeGreaterThanOrEqual(0)
    expect(waited).toBeLessThan(60_000)

    const line = linesOf(process.output()).find(({ command_id }) => command_id === body.command_id)
    expect(line).toMatchObject({ request_id: headers.get('x-request-id'), trace_id: TRACE })
  })

  test('a request without a trace begins one, and so does a row of another service', async () => {
    const user = new ApiUser(system.gateways[0]!.url, 'untraced')
    const session = await user.openSession()
    const opening = await collector.span(
      ({ name, attributes }) => name === 'open session' && attributes.session_id === session,
    )
    expect((await recordOf(system, session)).headers.traceparent).toBe(
      `00-${opening.traceId}-${opening.spanId}-01`,
    )

    const key = randomUUID()
    await insertRow(system, key)
    const { headers } = await recordOf(system, key)
    const send = await collector.span(({ attributes }) => attributes['messaging.kafka.message.key'] === key)
    expect(send).toMatchObject({ parentSpanId: undefined, links: [] })
    expect(headers.traceparent).toBe(`00-${send.traceId}-${send.spanId}-01`)
  })

  test('a collector that goes away takes nothing with it', async () => {
    await collector.close()
    const user = new ApiUser(system.gateways[0]!.url, 'unheard')
    const session = await user.openSession()
    expect((await recordOf(system, session)).headers.traceparent).toMatch(/^00-/)
    const services = [...system.gateways, ...system.relays]
    expect(await Promise.all(services.map(({ process }) => process.stop()))).toEqual([0, 0])
    for (const { process } of services) {
      const complaints = linesOf(process.output()).filter(({ message }) =>
        String(message).includes('tracing has trouble'),
      )
      expect(complaints.length).toBeLessThanOrEqual(1)
    }
  })
})

describe('without a collector', () => {
  test('the records have no header for it, and nothing of the SDK is loaded', async () => {
    const NODE_OPTIONS = `--require=${repositoryRoot}/infrastructure/testing/src/e2e/print-loaded-packages.cjs`
    const system = await startSystem({ gateway: { NODE_OPTIONS }, relay: { NODE_OPTIONS } })
    try {
      const session = await new ApiUser(system.gateways[0]!.url, 'plain').openSession()
      const { headers } = await recordOf(system, session)
      expect(Object.keys(headers).sort()).toEqual(['event_id', 'event_type'])
      for (const { process } of [...system.gateways, ...system.relays]) {
        expect(await process.stop()).toBe(0)
        const loaded = /loaded: (.*)/.exec(process.output())?.[1]?.split(' ') ?? []
        expect(loaded).toContain('winston')
        // prom-client loads the API, which does nothing by itself.
        expect(loaded.filter((name) => /^@opentelemetry\/(?!api$)/.test(name))).toEqual([])
      }
    } finally {
      await system.close()
    }
  })
})
