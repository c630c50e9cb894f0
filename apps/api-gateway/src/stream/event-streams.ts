/** Puts the event stream together: one tail, one hub, and the services that routes ask. */
import type { UnitOfWork } from '../commands/unit-of-work'
import type { StreamPort, TicketPort } from '../ports'
import { EventTail, type TailSettings } from './event-tail'
import { StreamHub, HUB_SETTINGS, type HubSettings } from './stream-hub'
import { StreamService, type StreamSettings } from './stream-service'
import { connectTail } from './tail-connection'
import { TicketService } from './ticket-service'

export interface EventStreamsParts {
  readonly databaseUrl: string
  readonly unitOfWork: Pick<UnitOfWork, 'readOne' | 'write'>
  /** Told when the tail lost its connection, or a stream was cut. */
  readonly failed: (error: unknown) => void
  readonly settings?: Partial<TailSettings & HubSettings & StreamSettings>
}

export interface EventStreams {
  readonly streams: StreamPort
  readonly tickets: TicketPort
  /** Connects the tail. */
  start(): void
  /** Ends what is still open and closes the connection. */
  stop(): Promise<void>
}

export function createEventStreams({
  databaseUrl,
  unitOfWork,
  failed,
  settings,
}: EventStreamsParts): EventStreams {
  const hub = new StreamHub({ ...HUB_SETTINGS, ...settings })
  const tail = new EventTail({
    connect: (signals) => connectTail(databaseUrl, signals),
    readers: hub,
    failed,
    ...(settings && { settings }),
  })
  const streams = new StreamService({ reads: unitOfWork, tail, hub, failed, ...(settings && { settings }) })
  return {
    streams,
    tickets: new TicketService(unitOfWork),
    start: () => tail.start(),
    stop: async () => {
      streams.endAll()
      await tail.stop()
    },
  }
}
