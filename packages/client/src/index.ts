/** The typed client of the genesis interface, for browsers and Node. */
export {
  ApiError,
  ConnectionError,
  isApiError,
  WaitTimeoutError,
  type ErrorBody,
  type ErrorCode,
} from './api-error'
export type { CallOptions, ClientOptions, Token } from './connection'
export { createClient } from './create-client'
export type {
  Client,
  CommandReceipt,
  EventEnvelope,
  HistoryPage,
  OpenedSession,
  SessionPage,
  SessionState,
} from './create-client'
export type { RetryPolicy } from './retry'
export type { components, operations, paths } from './schema.generated'
export type { Command, SendOptions, SentCommand } from './send-command'
export type { StreamedEvent, StreamedProgress, StreamMessage, StreamOptions } from './stream'
export { hasEnded, type Task, type WaitOptions } from './wait-for-task'
