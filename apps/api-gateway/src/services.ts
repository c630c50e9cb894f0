/** Puts the services together. */
import { describeError, type Logger, type Tracing } from '@infinite-scribe/service-kit'
import type { Knex } from 'knex'
import { systemClock, type Clock } from './clock'
import { CommandService } from './commands/command-service'
import { CommandWriter } from './commands/command-writer'
import type { Notifier } from './commands/notifier'
import { SessionQueues } from './commands/session-queues'
import { SessionReader } from './commands/session-reader'
import { TracedUnitOfWork } from './commands/traced-unit-of-work'
import { UnitOfWork, type RetryReason } from './commands/unit-of-work'
import { WakeUp } from './commands/wake-up'
import { connectDatabase, DATABASE_TIMEOUTS } from './database/connect'
import { poolUse, type DatabaseUse } from './database/database-use'
import { DatabaseWatch, type DatabaseStep } from './database/database-watch'
import { commandCatalog } from './genesis/command-catalog'
import type { CommandPort, ReadinessPort, SessionPort, StreamPort, TaskPort, TicketPort } from './ports'
import { Readiness } from './readiness'
import { SessionService } from './sessions/session-service'
import { createEventStreams, type EventStreamsParts } from './stream/event-streams'
import { sweepLog } from './tasks/sweep-log'
import { TaskService } from './tasks/task-service'
import { TimeOutCounts } from './tasks/time-out-counts'
import { SWEEP_INTERVAL_MS, TimeOuts } from './tasks/time-outs'
import { tracedServices } from './tracing/traced-services'

// A probe is not worth more patience: the next one comes in seconds.
const PROBE_TIMEOUTS = { ...DATABASE_TIMEOUTS, statementMs: 1_000, queryMs: 1_400 }

export interface ServiceSettings {
  readonly databaseUrl: string
  readonly databasePoolMax: number
  readonly eventsTopic: string
  readonly eventMaxBytes: number
  readonly commandTimeoutSeconds: number
}

export interface ServiceParts {
  readonly settings: ServiceSettings
  readonly logger: Pick<Logger, 'warn' | 'info'>
  readonly clock?: Clock
  /** The pool, when it is not to be opened (and closed) here. */
  readonly knex?: Knex
  /** Who is told of commits, when it is not PostgreSQL's NOTIFY. */
  readonly notifier?: Notifier
  readonly catalog?: typeof commandCatalog
  readonly streamSettings?: EventStreamsParts['settings']
  /** Where there is a collector. */
  readonly tracing?: Tracing | undefined
}

export interface Services {
  readonly commands: CommandPort
  readonly sessions: SessionPort
  readonly tasks: TaskPort
  readonly streams: StreamPort
  readonly tickets: TicketPort
  readonly readiness: ReadinessPort
  /** For the metrics. */
  databaseUse(): DatabaseUse
  /** For the metrics: how many commands this process failed because nobody finished them, by command type. */
  commandsTimedOut(): ReadonlyMap<string, number>
  /** Begins to fail the commands that nobody finishes, and to follow what is written for the streams. */
  start(): void
  /** Fails no more commands; can be called while requests are under way. Resolves when the sweep has ended. */
  stopSweeping(): Promise<void>
  /** Ends what runs in the background and closes the connections; call it when no request is under way. */
  stop(): Promise<void>
}

/** The services, over a pool that connects when it is first needed. */
export function createServices(parts: ServiceParts): Services {
  const { settings, logger, clock = systemClock, catalog = commandCatalog } = parts
  const watch = new DatabaseWatch(logger)
  const warn = (step: DatabaseStep, message: string) => (error: unknown) => {
    if (!watch.failed(step, error)) logger.warn(message, { error: describeError(error) })
  }
  const knex =
    parts.knex ?? connectDatabase(settings, (message) => logger.warn(message), DATABASE_TIMEOUTS, watch)
  // A connection of its own: a gateway whose pool is busy is at work, not out of order.
  const probe = connectDatabase(
    { ...settings, databasePoolMax: 1 },
    (message) => logger.warn(message),
    PROBE_TIMEOUTS,
    watch,
  )
  const wakeUp = new WakeUp(settings.databaseUrl, warn('wake_up', 'a wake-up was not sent'))
  const notifier = parts.notifier ?? wakeUp

  const retries = { write_conflict: 0, gate_closed: 0 }
  const retried = (reason: RetryReason) => {
    retries[reason]++
  }
  const unitOfWork = parts.tracing
    ? new TracedUnitOfWork(parts.tracing, knex, retried)
    : new UnitOfWork(knex, Math.random, retried)
  const common = { catalog, unitOfWork, queues: new SessionQueues(), notifier, settings, clock }
  const tasks = new TaskService(common)
  const timeOutCounts = new TimeOutCounts(catalog)
  const timeOuts = new TimeOuts({
    unitOfWork,
    tasks,
    taskTypes: catalog.taskTypes,
    commandTimeoutSeconds: settings.commandTimeoutSeconds,
    sweepIntervalMs: SWEEP_INTERVAL_MS,
    timedOut: (task) => timeOutCounts.add(task),
    ...sweepLog(logger, catalog),
  })

  const eventStreams = createEventStreams({
    databaseUrl: settings.databaseUrl,
    unitOfWork,
    failed: warn('stream', 'the event stream was interrupted'),
    ...(parts.streamSettings && { settings: parts.streamSettings }),
  })

  const writing = {
    commands: new CommandService({
      ...common,
      reader: new SessionReader(knex),
      writer: new CommandWriter(knex),
    }),
    sessions: new SessionService(common),
    tasks,
  }
  return {
    ...(parts.tracing ? tracedServices(writing, parts.tracing) : writing),
    databaseUse: () => ({ pool: poolUse(knex), retries }),
    commandsTimedOut: () => timeOutCounts.byCommandType(),
    readiness: new Readiness(probe),
    streams: eventStreams.streams,
    tickets: eventStreams.tickets,
    start: () => {
      timeOuts.start()
      eventStreams.start()
    },
    stopSweeping: () => timeOuts.stop(),
    stop: async () => {
      await eventStreams.stop()
      await timeOuts.stop()
      await wakeUp.stop()
      await probe.destroy()
      if (!parts.knex) await knex.destroy()
    },
  }
}
