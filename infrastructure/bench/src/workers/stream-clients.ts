/** Holds streams of Server-Sent Events open, one for each session, and remembers when each event arrived. */
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { createParser } from 'eventsource-parser'
import { tokenFor } from '../environment/tokens'
import { ownerOf, sessionId } from '../seed/sessions'
import { runWorker } from './worker'

export interface StreamClientsJob {
  readonly url: string
  /** One stream for each of the first so many sessions. */
  readonly streams: number
}

/** The moment of each arrival in milliseconds of the machine's monotonic clock, by the id of the event's command. */
export type StreamArrivals = readonly (readonly [commandId: string, arrivedAtMs: number])[]

/** Connections that are being opened at once. */
const OPENING = 50

runWorker<StreamClientsJob>(async ({ job, ready, stopped, untilStopped }) => {
  const agent = new Agent({ maxSockets: Infinity })
  const arrivals: [string, number][] = []
  let lost = 0
  const open = async (number: number) => {
    const request = get(`${job.url}/events/stream?context_id=${sessionId(number)}`, {
      agent,
      headers: { accept: 'text/event-stream', authorization: `Bearer ${tokenFor(ownerOf(number))}` },
    })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    if (response.statusCode !== 200) throw new Error(`a stream was answered with ${response.statusCode}`)
    const parser = createParser({
      onEvent: ({ data }) => {
        const { correlation_id: commandId } = JSON.parse(data) as { correlation_id: string }
        arrivals.push([commandId, Number(process.hrtime.bigint()) / 1e6])
      },
    })
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => parser.feed(chunk))
    response.on('close', () => {
      if (!stopped.aborted) lost++
    })
    return request
  }
  const requests = []
  for (let number = 0; number < job.streams; number += OPENING) {
    const some = Math.min(OPENING, job.streams - number)
    requests.push(...(await Promise.all(Array.from({ length: some }, (_, one) => open(number + one)))))
  }
  await ready()
  await untilStopped
  for (const request of requests) request.destroy()
  if (lost > 0) throw new Error(`${lost} of ${job.streams} streams ended while they were measured`)
  return arrivals
})
