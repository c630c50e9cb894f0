/** One command, from the request to committed facts. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../clock'
import type { CatalogedCommand, CommandCatalog } from '../genesis/command-catalog'
import { evolve } from '../genesis/session'
import { isRefusal, refuse, ServiceFault, type Refusal } from '../outcome'
import type { Caller, CommandAnswer, CommandPort, CommandRequest, ReceiptView } from '../ports'
import { advanceSession } from './advance-session'
import { appendEvents } from './append-events'
import { closeCommands } from './close-commands'
import { accepted, answerAgain, duplicateOf, firstStatus } from './command-answer'
import { createTask } from './create-task'
import { chain } from './event-chain'
import { refuseOversized } from './event-size'
import { findByIdempotencyKey } from './find-by-idempotency-key'
import { findPendingTwin } from './find-pending-twin'
import { loadSession } from './load-session'
import { ownsSession } from './owns-session'
import type { Notifier } from './notifier'
import { readReceipt } from './read-receipt'
import { isDuplicateCommand, recordCommand } from './record-command'
import { saveToOutbox } from './save-to-outbox'
import type { SessionQueues } from './session-queues'
import { cancelTasks } from './cancel-tasks'
import type { Transaction, UnitOfWork } from './unit-of-work'

export interface EventSettings {
  /** The Kafka topic of every event. */
  readonly eventsTopic: string
  /** Measured on the jsonb text of the envelope. */
  readonly eventMaxBytes: number
}

export interface CommandServiceParts {
  readonly catalog: CommandCatalog
  readonly unitOfWork: UnitOfWork
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

  constructor(private readonly parts: CommandServiceParts) {
    this.supported = parts.catalog.supported
  }

  /**
   * Carries out one command in one transaction, and wakes the relay.
   * @throws {ServiceFault} as {@link UnitOfWork.write} and {@link SessionQueues.inTurn} do.
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
        return await this.parts.unitOfWork.write(
          (tx) => this.carryOut(tx, request, command, ids),
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

  private async carryOut(
    tx: Transaction,
    request: CommandRequest,
    { definition, decide }: CatalogedCommand,
    { commandId, taskId }: Ids,
  ): Promise<CommandAnswer | Refusal> {
    const { settings, clock } = this.parts
    const { payload, caller, requestId } = request
    const session = await loadSession(tx, request.sessionId, caller.sub)
    if (!session) return refuse('SESSION_NOT_FOUND', 'There is no such session')
    const { sessionId } = session

    const earlier = await findByIdempotencyKey(tx, request)
    if (earlier) return answerAgain(definition, earlier)

    const events = decide(session.state, { sessionId, commandId, taskId, payload })
    if (isRefusal(events)) return events
    const next = events.reduce(evolve, session.state)
    const cancelled = session.state.openTasks.filter((open) => !next.openTasks.includes(open))
    const envelopes = chain(session, events, { commandId, actor: caller.sub, requestId, at: clock() })
    const oversized = refuseOversized(envelopes, settings.eventMaxBytes)
    if (oversized) return oversized

    // Locks in the order of every transaction: inbox rows, session row, tasks, events, outbox.
    await recordCommand(tx, {
      commandId,
      sessionId,
      commandType: definition.type,
      idempotencyKey: request.idempotencyKey ?? commandId,
      payload,
      status: firstStatus(definition),
    })
    await closeCommands(tx, cancelled, 'FAILED')
    await advanceSession(tx, session, next, envelopes)
    await cancelTasks(tx, cancelled)
    if (definition.mode === 'async')
      await createTask(tx, {
        taskId,
        taskType: definition.taskType,
        commandId,
        sessionId,
        requestEventId: envelopes[0]?.event_id ?? '',
        input: payload,
      })
    await appendEvents(tx, envelopes)
    for (const envelope of envelopes)
      await saveToOutbox(tx, settings.eventsTopic, sessionId, envelope, request.traceparent)
    return accepted(definition, commandId, taskId)
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
