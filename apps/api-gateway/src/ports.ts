/** What the HTTP side asks of the services: requests in, answers or refusals out, no Express and no SQL. */
import type { Writable } from 'node:stream'
import type {
  CommandStatus,
  EventEnvelope,
  GenesisStageOrFinished,
  JsonObject,
  OutboxStatus,
  SessionStatus,
  TaskStatus,
  TaskType,
} from '@infinite-scribe/shared-types'
import type { Refusal } from './outcome'

/** Who calls, as the verified token says. */
export interface Caller {
  readonly sub: string
  readonly scopes: ReadonlySet<string>
}

/** What every write remembers of the request it came with. */
export interface RequestContext {
  readonly caller: Caller
  readonly requestId: string
  /** W3C traceparent, when the request had a valid one. */
  readonly traceparent?: string
}

export interface CommandRequest extends RequestContext {
  readonly sessionId: string
  readonly commandType: string
  /** An absent payload is {}. */
  readonly payload: JsonObject
  readonly idempotencyKey?: string
}

export interface CommandAnswer {
  readonly mode: 'sync' | 'async'
  readonly commandId: string
  readonly status: CommandStatus
  readonly message: string
  /** Of an async command. */
  readonly taskId?: string
  /** The first event that it wrote; none when the answer is given again. */
  readonly eventId?: string
  readonly replayed: boolean
}

export interface DeliveryView {
  status: OutboxStatus
  attempts: number
  topic?: string
  partition?: number
  offset?: string
  sent_at?: string
  error?: JsonObject
  will_retry?: boolean
}

export interface ReceiptView {
  command_id: string
  command_type: string
  status: CommandStatus
  created_at: string
  task_id?: string
  events: { event_id: string; event_type: string; aggregate_version: number; delivery: DeliveryView }[]
}

export interface CommandPort {
  /** The command types there are, for the 400 that names them. */
  readonly supported: readonly string[]
  /**
   * One command, in one transaction. Refuses UNSUPPORTED_COMMAND_TYPE and VALIDATION_ERROR (details.errors:
   * [{path, message}]) before anything else is looked at.
   */
  processCommand(request: CommandRequest): Promise<CommandAnswer | Refusal>
  receipt(caller: Caller, sessionId: string, commandId: string): Promise<ReceiptView | Refusal>
}

export interface SessionView {
  session_id: string
  novel_id: string | null
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  created_at: string
  updated_at: string
}

export interface SessionState {
  session_id: string
  status: SessionStatus
  current_stage: GenesisStageOrFinished
  version: number
  confirmed_data: JsonObject
  is_pending: boolean
  pending_command_type: string | null
  pending: { command_id: string; command_type: string; task_id: string; progress: number }[]
  last_result: {
    command_id: string
    task_id: string
    status: TaskStatus
    result?: JsonObject
    error?: JsonObject
  } | null
  /** Where a stream of this session goes on after what this shows. */
  stream_position: string
}

export interface SessionPort {
  open(
    request: RequestContext & { readonly idempotencyKey?: string },
  ): Promise<
    | { session_id: string; status: SessionStatus; current_stage: GenesisStageOrFinished; replayed: boolean }
    | Refusal
  >
  /** Newest first. `after` is a next_after of an earlier page; one that is none is refused (VALIDATION_ERROR). */
  list(
    caller: Caller,
    page: { status?: SessionStatus; after?: string; limit: number },
  ): Promise<{ sessions: SessionView[]; next_after: string | null } | Refusal>
  state(caller: Caller, sessionId: string): Promise<SessionState | Refusal>
  /** The session's history; `after` is an aggregate_version, 0 for the beginning. */
  history(
    caller: Caller,
    sessionId: string,
    page: { after: number; limit: number },
  ): Promise<{ events: EventEnvelope[]; next_after: number | null } | Refusal>
}

export interface TaskView {
  task_id: string
  task_type: TaskType
  status: TaskStatus
  progress: number
  message?: string
  session_id: string
  command_id: string
  result?: JsonObject
  error?: JsonObject
  created_at: string
  updated_at: string
}

export interface TaskPort {
  /** For the session's owner, and for a caller with the scope tasks:write. */
  get(caller: Caller, taskId: string): Promise<TaskView | Refusal>
  progress(
    request: RequestContext,
    taskId: string,
    report: { progress: number; message?: string },
  ): Promise<TaskView | Refusal>
  complete(
    request: RequestContext,
    taskId: string,
    report: { result: JsonObject },
  ): Promise<TaskView | Refusal>
  fail(request: RequestContext, taskId: string, report: { error: JsonObject }): Promise<TaskView | Refusal>
  /** By the session's owner. */
  cancel(request: RequestContext, taskId: string, report: { reason?: string }): Promise<TaskView | Refusal>
}

export interface StreamRequest {
  /** Of one session, or of all the caller's. */
  readonly sessionId?: string
  /** Where the reader was; without it the stream starts now. */
  readonly lastEventId?: string
  /** When the stream has to end: seconds since the epoch. */
  readonly expiresAtSeconds: number
}

/** A stream whose request was found to be in order; it has not begun. */
export interface OpenedStream {
  /** Sends to `out` until that closes; resolves when the stream is live, and never rejects. */
  run(out: Writable): Promise<void>
  /** Instead of {@link run}: nobody is going to read it. */
  cancel(): void
}

/** One of the streams that a user may have. */
export interface StreamSeat {
  /** Whether its `lastEventId` can be one of such a stream: cheap, and not the last word. */
  accepts(request: Omit<StreamRequest, 'expiresAtSeconds'>): boolean
  /** Refuses SESSION_NOT_FOUND and INVALID_LAST_EVENT_ID. */
  open(request: StreamRequest): Promise<OpenedStream | Refusal>
  /** Gives it back, when the stream is closed or was not opened. */
  leave(): void
}

export interface StreamPort {
  /** A seat for a stream of the user, or TOO_MANY_STREAMS. */
  admit(userId: string): StreamSeat | Refusal
  /** Ends all streams, and refuses new ones with SHUTTING_DOWN. */
  endAll(): void
}

/** For whom a ticket opens a stream, and until when at most. */
export interface TicketHolder {
  readonly userId: string
  /** Of the token that bought it: seconds since the epoch. */
  readonly tokenExpiresAtSeconds: number
}

export interface TicketView {
  ticket: string
  expires_at: string
}

export interface TicketPort {
  /** Sells a ticket, or refuses TOKEN_EXPIRED: it would be no good any more. */
  issue(holder: TicketHolder): Promise<TicketView | Refusal>
  /**
   * For whom {@link spend} would take the ticket now; or refuses INVALID_TICKET.
   * @param bearer the sub of a token that came with it
   */
  check(ticket: string, bearer: string | undefined): Promise<TicketHolder | Refusal>
  /**
   * Takes a ticket, once, or refuses INVALID_TICKET.
   * @param bearer the sub of a token that came with it
   */
  spend(ticket: string, bearer: string | undefined): Promise<TicketHolder | Refusal>
}

/** Whether PostgreSQL answers. */
export interface ReadinessPort {
  check(): Promise<boolean>
}
