/** The event stream as an async iterator that outlives its connections. */
import { delay } from './abortable-delay'
import type { ApiError } from './api-error'
import { ConnectionError, errorOf, isApiError } from './api-error'
import type { Connection } from './connection'
import { isPassing, waitBefore } from './retry'
import type { components } from './schema.generated'
import { orSilence } from './silence'
import { readEvents } from './sse-reader'

type Schemas = components['schemas']

/** A fact of one of the caller's sessions; `id` is the position to resume after. */
export interface StreamedEvent {
  readonly kind: 'event'
  readonly id: string
  readonly event: Schemas['EventEnvelope']
}

/** How far a task is; no fact, and not shown again. */
export type StreamedProgress = { readonly kind: 'progress' } & Schemas['TaskProgress']

export type StreamMessage = StreamedEvent | StreamedProgress

export interface StreamOptions {
  /** Only this session's events. */
  readonly sessionId?: string
  /** Resumes after this position, such as `stream_position` of a session's state; starts now unless given. */
  readonly lastEventId?: string
  /** Ends the iteration. */
  readonly signal?: AbortSignal
  /** Told of every connection, once its position is known: what happens from now on is seen. */
  readonly onOpen?: () => void
  /** Told why a connection ended that will be made again; undefined where it simply ended. */
  readonly onLost?: (error?: ApiError | ConnectionError) => void
  /** How long nothing may come, heartbeats included (one is sent every 15 s), in milliseconds; 45 s unless given. */
  readonly silenceMs?: number
}

const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 30_000
const SILENCE_MS = 45_000

/**
 * Each event once and in order for its session, whatever becomes of the connection. It connects again by itself,
 * with a token asked for anew, and resumes where it was; breaking out of the loop closes the connection.
 * @throws {ApiError} when the gateway refuses for good: an unknown session, a position that is none, a bad token.
 */
export async function* stream(
  connection: Connection,
  options: StreamOptions = {},
): AsyncGenerator<StreamMessage, void, undefined> {
  const { signal } = options
  const place = { position: options.lastEventId, retryMs: FIRST_RETRY_MS, failures: 0, tokensRefused: 0 }
  while (!signal?.aborted) {
    let lost: ApiError | ConnectionError | undefined
    try {
      yield* onePeriod(connection, options, place)
    } catch (error) {
      if (signal?.aborted) return
      if (!mayComeBack(error, connection, place)) throw error
      lost = error
    }
    options.onLost?.(lost)
    place.failures += lost ? 1 : 0
    await delay(waitMs(place, lost), signal).catch(() => undefined)
  }
}

interface Place {
  position: string | undefined
  retryMs: number
  /** Since the last event or opening. */
  failures: number
  tokensRefused: number
}

async function* onePeriod(
  connection: Connection,
  options: StreamOptions,
  place: Place,
): AsyncGenerator<StreamMessage, void, undefined> {
  const closing = new AbortController()
  const close = (): void => closing.abort()
  const { silenceMs = SILENCE_MS } = options
  options.signal?.addEventListener('abort', close, { once: true })
  try {
    // A gateway that takes the connection and says nothing is as good as none.
    const body = await orSilence(open(connection, options, place, closing.signal), silenceMs)
    const listener = {
      onBegin: (id: string | undefined) => {
        // Not before: a stream that is cut without a position begins anew, and leaves a gap that nobody may rely on.
        place.position = id ?? place.position
        place.failures = 0
        place.tokensRefused = 0
        options.onOpen?.()
      },
      onRetry: (ms: number) => (place.retryMs = ms),
    }
    for await (const { id, event, data } of readEvents(body, listener, silenceMs)) {
      if (event === 'task.progress') {
        yield { kind: 'progress', ...(JSON.parse(data) as Schemas['TaskProgress']) }
      } else if (id !== undefined) {
        place.position = id
        yield { kind: 'event', id, event: JSON.parse(data) as Schemas['EventEnvelope'] }
      }
    }
  } finally {
    options.signal?.removeEventListener('abort', close)
    close()
  }
}

async function open(
  connection: Connection,
  { sessionId }: StreamOptions,
  { position }: Place,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const filter = sessionId === undefined ? '' : `?context_id=${encodeURIComponent(sessionId)}`
  const authorization = await connection.authorization()
  const response = await connection
    .fetch(`${connection.baseUrl}/events/stream${filter}`, {
      headers: {
        authorization,
        accept: 'text/event-stream',
        ...(position === undefined ? {} : { 'last-event-id': position }),
      },
      signal,
    })
    .catch((cause: unknown) => {
      throw new ConnectionError('The gateway did not answer', undefined, { cause })
    })
  if (response.ok && response.body) return response.body
  throw errorOf(response, await response.json().catch(() => undefined))
}

function mayComeBack(
  error: unknown,
  connection: Connection,
  place: Place,
): error is ApiError | ConnectionError {
  if (isPassing(error)) return true
  // The seat of a connection that was cut is free a moment later.
  if (isApiError(error, 'TOO_MANY_STREAMS')) return true
  if (!isApiError(error)) return false
  // A token may lapse on its way; one more than that is not the token's age.
  return error.status === 401 && connection.canRefreshToken && ++place.tokensRefused <= 1
}

function waitMs({ retryMs, failures }: Place, lost: ApiError | ConnectionError | undefined): number {
  // A stream that ended as a whole is the token's end, or a gateway that goes: both are over at once.
  if (!lost || !isApiError(lost)) return spread(retryMs * 2 ** Math.max(0, failures - 1))
  const policy = { attempts: Infinity, firstDelayMs: retryMs, maxDelayMs: LONGEST_RETRY_MS }
  return waitBefore(failures + 1, lost, policy) ?? LONGEST_RETRY_MS
}

function spread(ms: number): number {
  return Math.min(LONGEST_RETRY_MS, ms) * (0.5 + Math.random() / 2)
}
