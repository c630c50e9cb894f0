/** What the invariants are judged by: the tables, the topic, and what was seen from outside while the system ran. */

/** A request that changes something, and what its sender was told. */
export interface Answer {
  /** The X-Request-Id that it was sent with: the events that it caused bear it. */
  readonly requestId: string
  readonly action: 'open' | 'command' | 'progress' | 'complete' | 'fail' | 'cancel'
  /** Null when no answer came. */
  readonly status: number | null
  readonly errorCode?: string
  readonly sessionId?: string
  readonly commandType?: string
  readonly commandId?: string
  readonly taskId?: string
  readonly idempotencyKey?: string
  readonly replayed?: boolean
  /** Which gateway was asked. */
  readonly gateway?: string
  /** Milliseconds since the epoch. */
  readonly sentAt: number
  readonly answeredAt?: number
}

export interface TopicRecord {
  readonly partition: number
  readonly offset: string
  readonly key: string | null
  readonly value: string | null
}

/** A topic that was deleted: what it held, and until when (milliseconds since the epoch). */
export interface PastTopic {
  readonly records: readonly TopicRecord[]
  readonly endedAt: number
}

/** A time in which no fault touched anything and the machine kept its own time, in milliseconds since the epoch. */
export interface CalmWindow {
  readonly from: number
  readonly to: number
}

/** A ticket for a stream that nobody opened; milliseconds since the epoch. */
export interface UnusedTicket {
  readonly soldAt: number
  readonly expiresAt: number
}

/** What a process used at a moment. */
export interface ResourceSample {
  readonly at: number
  readonly process: string
  readonly pid: number
  readonly residentMb: number
  readonly files: number
  readonly connections: number
}

/** What no process may exceed. */
export interface ResourceBounds {
  readonly residentMb: number
  readonly files: number
  readonly connections: number
}

export interface Evidence {
  readonly databaseUrl: string
  readonly brokers: readonly string[]
  /** The events topic. */
  readonly topic: string
  /** Every request that changed something; without them I1 is judged by the inbox alone. */
  readonly answers?: readonly Answer[]
  /** The earlier lives of the topic, oldest first; absent where nobody knows whether there were any. */
  readonly pastTopics?: readonly PastTopic[]
  /** The system had time to come to rest: nothing may still be on its way. */
  readonly settled?: boolean
  /** When a retry may be expected to be on time; without them none is judged to be late. */
  readonly calm?: readonly CalmWindow[]
  readonly samples?: readonly ResourceSample[]
  readonly unusedTickets?: readonly UnusedTicket[]
  readonly bounds?: ResourceBounds
  /** How long SENT rows are kept, in hours; 0 or absent is for ever. */
  readonly retentionHours?: number
}
