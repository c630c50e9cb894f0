/** One command, from the request to committed facts. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock'
import type { CatalogedCommand, CommandCatalog } from '../genesis/command-catalog'
import { SESSION_FINISHED_ERROR } from '../genesis/task'
import { evolve } from '../genesis/session'
import { isRefusal, refuse, ServiceFault, type Refusal } from '../outcome'
import type { Caller, CommandAnswer, CommandPort, CommandRequest, ReceiptView } from '../ports'
import { accepted, answerAgain, duplicateOf, firstStatus } from './command-answer'
import type { CommandWriter } from './command-writer'
import { chain } from './event-chain'
import { refuseOversized } from './event-size'
import { findByIdempotencyKey } from './find-by-idempotency-key'
import { findPendingTwin } from './find-pending-twin'
import { loadSession, type LoadedSession } from './load-session'
import { ownsSession } from './owns-session'
import type { Notifier } from './notifier'
import { readReceipt } from './read-receipt'
import { isDuplicateCommand } from './record-command'
import { RememberedSessions } from './remembered-sessions'
import type { SessionQueues } from './session-queues'
import type { SessionReader } from './session-reader'
import { committing, OvertakenError, type Attempt, type Transaction, type UnitOfWork } from './unit-of-work'
import { writeCommands, type DecidedCommand } from './write-commands'

export interface EventSettings {
  /** The Kafka topic of every event. */
  readonly eventsTopic: string
  /** Measured on the jsonb text of the envelope. */
  readonly eventMaxBytes: number
}

export interface CommandServiceParts {
  readonly catalog: CommandCatalog
  readonly unitOfWork: UnitOfWork
  readonly reader: SessionReader
  readonly writer: CommandWriter
  readonly queues: SessionQueues
  readonly notifier: Notifier
  readonly settings: EventSettings
  readonly clock: Clock
}

interface Ids {
  readonly commandId: string
  readonly taskId: string
}

// A twin that ends between the refused insert and the look for it: more than once or twice is no accident.
const MAX_VANISHED_TWINS = 10

export class CommandService implements CommandPort {
  readonly supported: readonly string[]
  private readonly sessions = new RememberedSessions()

  constructor(private readonly parts: CommandServiceParts) {
    this.supported = parts.catalog.supported
  }

  /**
   * Carries out one command in one transaction, which is one statement, and wakes the relay.
   * @throws {ServiceFault} as {@link UnitOfWork.writeAtOnce} and {@link SessionQueues.inTurn} do.
   */
  async processCommand(request: CommandRequest): Promise<CommandAnswer | Refusal> {
    const command = this.parts.catalog.find(request.commandType)
    if (!command)
      return refuse('UNSUPPORTED_COMMAND_TYPE', 'There is no such command type', {
        supported: this.supported,
      })
    const errors = command.faultsOf(request.payload)
    if (errors.length > 0) return refuse('VALIDATION_ERROR', 'The payload is not valid', { errors })

    const answer = await this.parts.queues.inTurn(request.sessionId, request.caller.sub, () =>
      this.untilDecided(request, command),
    )
    if (!isRefusal(answer) && !answer.replayed) this.parts.notifier.eventsWritten()
    return answer
  }

  /** What became of a command, for the owner of its session. */
  async receipt(caller: Caller, sessionId: string, commandId: string): Promise<ReceiptView | Refusal> {
    return this.parts.unitOfWork.read(async (tx) => {
      if (!(await ownsSession(tx, sessionId, caller.sub)))
        return refuse('SESSION_NOT_FOUND', 'There is no such session')
      return (
        (await readReceipt(tx, sessionId, commandId)) ??
        refuse('COMMAND_NOT_FOUND', 'There is no such command in this session')
      )
    })
  }

  private async untilDecided(
    request: CommandRequest,
    command: CatalogedCommand,
  ): Promise<CommandAnswer | Refusal> {
    const ids: Ids = { commandId: randomUUID(), taskId: randomUUID() }
    for (let vanished = 0; vanished < MAX_VANISHED_TWINS; vanished++) {
      try {
        return await this.parts.unitOfWork.writeAtOnce(
          (attempt) => this.carryOut(attempt, request, command, ids),
          request.sessionId,
        )
      } catch (error) {
        if (!isDuplicateCommand(error)) throw error
      }
      const first = await this.parts.unitOfWork.read((tx) => this.whoWasFirst(tx, request, command))
      if (first) return first
    }
    throw new ServiceFault('CONCURRENCY_CONFLICT', 'Other commands of this type came first again and again')
  }

  // What is remembered of a session is good enough to accept on, for the write is fenced by it; a refusal is given on
  // what was just read alone, and only when the key was not used before.
  private async carryOut(
    attempt: Attempt,
    request: CommandRequest,
    command: CatalogedCommand,
    ids: Ids,
  ): Promise<CommandAnswer | Refusal> {
    const { sessionId, caller } = request
    const remembered = attempt.inLine ? undefined : this.sessions.recall(sessionId, caller.sub)
    if (remembered) {
      const answer = await this.decideAndWrite(attempt, remembered, request, command, ids)
      if (answer && !isRefusal(answer)) return answer
    }
    const session = attempt.inLine
      ? await loadSession(attempt.db, sessionId, caller.sub)
      : await this.parts.reader.read(sessionId, caller.sub)
    if (!session) return refuse('SESSION_NOT_FOUND', 'There is no such session')
    const answer = await this.decideAndWrite(attempt, session, request, command, ids)
    if (!answer) throw new OvertakenError()
    if (!isRefusal(answer)) return answer
    const earlier = await findByIdempotencyKey(attempt.db, request)
    return earlier ? answerAgain(command.definition, earlier) : answer
  }

  /** The answer, or undefined when `session` is no longer what is known of it: nothing was written. */
  private async decideAndWrite(
    attempt: Attempt,
    session: LoadedSession,
    request: CommandRequest,
    { definition, decide }: CatalogedCommand,
    { commandId, taskId }: Ids,
  ): Promise<CommandAnswer | Refusal | undefined> {
    const { settings, clock } = this.parts
    const { payload, caller, requestId, idempotencyKey = commandId, traceparent } = request
    const { sessionId, state } = session
    const events = decide(state, { sessionId, commandId, taskId, payload })
    if (isRefusal(events)) return events
    const next = events.reduce(evolve, state)
    const envelopes = chain(session, events, { commandId, actor: caller.sub, requestId, at: clock() })
    const oversized = refuseOversized(envelopes, settings.eventMaxBytes)
    if (oversized) return oversized

    const written = await this.write(attempt, {
      commandId,
      commandType: definition.type,
      idempotencyKey,
      payload,
      status: firstStatus(definition),
      session,
      next,
      envelopes,
      topic: settings.eventsTopic,
      ...(traceparent !== undefined && { traceparent }),
      ...(definition.mode === 'async' && { task: { taskId, taskType: definition.taskType } }),
      cancelled: state.openTasks.filter((open) => !next.openTasks.includes(open)),
      cancelledBecause: SESSION_FINISHED_ERROR,
    })
    if (!written) return undefined
    const [first] = envelopes
    return { ...accepted(definition, commandId, taskId), ...(first && { eventId: first.event_id }) }
  }

  private async write(attempt: Attempt, command: DecidedCommand): Promise<boolean> {
    const { session, next, envelopes } = command
    // Until it is known how the write ended, nothing is known of the session.
    this.sessions.forget(session.sessionId)
    const written = attempt.inLine
      ? (await committing(writeCommands(attempt.db, [command], 0))).has(command.commandId)
      : await this.parts.writer.write(command)
    const last = envelopes.at(-1)
    if (written && last)
      this.sessions.remember({
        ...session,
        version: last.aggregate_version,
        lastEventId: last.event_id,
        state: { ...next, confirmedData: {} },
      })
    return written
  }

  // The refused insert does not say which of the two indexes would have been the reason: the key goes first.
  private async whoWasFirst(
    tx: Transaction,
    request: CommandRequest,
    { definition }: CatalogedCommand,
  ): Promise<CommandAnswer | Refusal | undefined> {
    const earlier = await findByIdempotencyKey(tx, request)
    if (earlier) return answerAgain(definition, earlier)
    const twin = await findPendingTwin(tx, request.sessionId, definition.type)
    return twin === undefined ? undefined : duplicateOf(twin)
  }
}
