/** What can go wrong with a call: the gateway says no, or there is no answer of the gateway. */
import type { components } from './schema.generated'

type Schemas = components['schemas']
type SchemaOfError<Name extends keyof Schemas> = Schemas[Name] extends { error_code: string; message: string }
  ? Schemas[Name]
  : never

/** Every body that an error can have, told apart by its error_code. */
export type ErrorBody = { [Name in keyof Schemas]: SchemaOfError<Name> }[keyof Schemas]
export type ErrorCode = Schemas['ErrorCode']

/** The gateway's refusal of a call. */
export class ApiError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'ApiError'
  readonly errorCode: Code

  constructor(
    readonly status: number,
    /** As it was answered: error_code, message, and the details that belong to the code. */
    readonly body: Extract<ErrorBody, { error_code: Code }>,
    /** Under which the gateway's log knows the call. */
    readonly requestId: string | undefined,
    /** How long the gateway asks to be left alone, in milliseconds. */
    readonly retryAfterMs: number | undefined,
    /** The call was carried out, or is under way, already. */
    readonly replayed: boolean,
  ) {
    super(body.message)
    this.errorCode = body.error_code
  }
}

/** Whether `error` is the gateway's refusal, with `code` where one is given: its body has that code's details then. */
export function isApiError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is ApiError<Code> {
  return error instanceof ApiError && (code === undefined || error.errorCode === code)
}

/** No answer came, or one that is none of the gateway's: whether the call was carried out is not known. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  constructor(
    message: string,
    readonly status?: number,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }
}

/** The task had not ended when the time to wait for it was up. */
export class WaitTimeoutError extends Error {
  override readonly name = 'WaitTimeoutError'
}

/** The error that an answer stands for. */
export function errorOf(response: Response, body: unknown): ApiError | ConnectionError {
  if (!isErrorBody(body))
    return new ConnectionError(`The answer ${response.status} is none of the gateway's`, response.status)
  return new ApiError(
    response.status,
    body,
    response.headers.get('x-request-id') ?? undefined,
    retryAfterMs(response.headers.get('retry-after')),
    response.headers.get('idempotent-replayed') === 'true',
  )
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null) return false
  const { error_code, message } = body as Partial<ErrorBody>
  return typeof error_code === 'string' && typeof message === 'string'
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null || header === '') return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now())
}
