/** The log of a service: one JSON object a line on stdout, secrets redacted. */
import { createLogger as createWinstonLogger, format, transports, type Logform, type Logger } from 'winston'

export type { Logger } from 'winston'

const REDACTED = '[redacted]'
const SECRET_NAME =
  /^(authorization|cookie|set-cookie|password|passwd|secret|token|ticket|jwt_secret|jwt_public_key|sasl|kafka_sasl_password|database_url|connectionstring)$/i
const BEARER = /Bearer\s+[A-Za-z0-9._~+/=-]+/g
const URL_PASSWORD = /(\w+:\/\/[^:/?#\s]+:)[^@\s]+@/g
const MAX_DEPTH = 6
/** Where winston's transports look for the text. */
const LINE = Symbol.for('message')

/**
 * A logger that writes `{"timestamp","level","message",…}`.
 * @param level winston's name of the least severe level that is written
 */
export function createLogger(service: string, level: string): Logger {
  return createWinstonLogger({
    level,
    defaultMeta: { service },
    format: format(asLine)(),
    transports: [new transports.Console({ stderrLevels: [] })],
  })
}

/** The text of a line, made in one pass. What is read first stands first: sorted, an error's stack would. */
function asLine(info: Logform.TransformableInfo): Logform.TransformableInfo {
  const { level, message, ...details } = info
  info[LINE] = JSON.stringify({
    timestamp: new Date().toISOString(),
    level,
    message: redact(message),
    ...(redact(details) as object),
  })
  return info
}

/**
 * An error as a log line shows it: name, message, code, stack and causes.
 * @param show `stack: false` for a trouble that is expected, whose place in the code says nothing
 */
export function describeError(error: unknown, show = { stack: true }): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    message: messageOf(error),
    ...(code === undefined ? {} : { code }),
    ...(show.stack ? { stack: error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause, show) }),
  }
}

/** A host with several addresses, none of which answers, gives an error with no message but theirs. */
function messageOf(error: Error): string {
  if (error.message !== '' || !(error instanceof AggregateError)) return error.message
  return error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join('; ')
}

/** `value` without what must not stand in a log: secrets by their name, bearer tokens and URL passwords by their form. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null || value instanceof Date || Buffer.isBuffer(value))
    return value
  if (depth >= MAX_DEPTH) return '[deeper]'
  if (value instanceof Error) return redact(describeError(value), depth)
  if (Array.isArray(value)) return value.map((member) => redact(member, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      SECRET_NAME.test(name) ? REDACTED : redact(member, depth + 1),
    ]),
  )
}

function withoutSecrets(text: string): string {
  const unborne = text.replace(BEARER, `Bearer ${REDACTED}`)
  return unborne.includes('://') ? unborne.replace(URL_PASSWORD, `$1${REDACTED}@`) : unborne
}
