/** The way to the gateway: its address, the caller's token, one call with its time-out and its retries. */
import createFetchClient, { type Client as FetchClient } from 'openapi-fetch'
import { ConnectionError, errorOf } from './api-error'
import { RETRY_POLICY, withRetries, type RetryPolicy } from './retry'
import type { paths } from './schema.generated'

export type Token = string | (() => string | Promise<string>)

export interface ClientOptions {
  /** Such as `http://localhost:8000`. */
  readonly baseUrl: string
  /** The JWT, or what gives one: asked before every call, and again when a stream has ended. */
  readonly token: Token
  /** The global one unless given. */
  readonly fetch?: typeof fetch
  /** How calls are repeated that got no answer, or a 503. */
  readonly retry?: Partial<RetryPolicy>
  /** How long one try of a call may take, in milliseconds; 30 s unless given. */
  readonly timeoutMs?: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

interface Answer<T> {
  readonly data?: T
  readonly error?: unknown
  readonly response: Response
}

export interface Succeeded<T> {
  readonly data: T
  readonly headers: Headers
}

const CALL_TIMEOUT_MS = 30_000

export class Connection {
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly retry: RetryPolicy
  private readonly api: FetchClient<paths>
  private readonly timeoutMs: number

  constructor(private readonly options: ClientOptions) {
    this.baseUrl = options.baseUrl.replace(/\/+$/, '')
    // A browser's fetch wants to be called as a function of its window.
    this.fetch = options.fetch ?? ((...call) => globalThis.fetch(...call))
    this.retry = { ...RETRY_POLICY, ...options.retry }
    this.timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS
    this.api = createFetchClient<paths>({ baseUrl: this.baseUrl, fetch: this.fetch })
  }

  /** Whether a new token may be had where the last one was refused. */
  get canRefreshToken(): boolean {
    return typeof this.options.token === 'function'
  }

  /** @throws {ConnectionError} when the token could not be had: the next try may have one. */
  async authorization(): Promise<string> {
    const { token } = this.options
    try {
      return `Bearer ${typeof token === 'function' ? await token() : token}`
    } catch (cause) {
      throw new ConnectionError('The token could not be had', undefined, { cause })
    }
  }

  /**
   * Makes a call that is safe to repeat, as often as it takes.
   * @throws {ApiError} when the gateway refuses; {ConnectionError} when no answer came; the signal's reason.
   */
  async call<T>(
    make: (
      api: FetchClient<paths>,
      init: { headers: { authorization: string }; signal: AbortSignal },
    ) => Promise<Answer<T>>,
    signal?: AbortSignal,
  ): Promise<Succeeded<T>> {
    return withRetries(() => this.attempt(make, signal), this.retry, signal)
  }

  private async attempt<T>(
    make: Parameters<Connection['call']>[0],
    signal?: AbortSignal,
  ): Promise<Succeeded<T>> {
    signal?.throwIfAborted()
    const headers = { authorization: await this.authorization() }
    const timeUp = AbortSignal.timeout(this.timeoutMs)
    const answer = await make(this.api, {
      headers,
      signal: signal ? AbortSignal.any([signal, timeUp]) : timeUp,
    }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new ConnectionError('The gateway did not answer', undefined, { cause })
    })
    if (!answer.response.ok) throw errorOf(answer.response, answer.error)
    return { data: answer.data as T, headers: answer.response.headers }
  }
}
