/** The kinds of values that settings take, each refusing what it is not without repeating it. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { EnvError, makeExactValidator, makeValidator } from 'envalid'

/** A number between `min` and `max`, both included. */
export const numberBetween = (min: number, max: number, { integer = false } = {}) =>
  makeExactValidator<number>((text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value)) throw new EnvError('is not a number')
    if (integer && !Number.isInteger(value)) throw new EnvError('is not a whole number')
    if (value < min || value > max) throw new EnvError(`must be between ${min} and ${max}`)
    return value
  })

/** A whole number between `min` and `max`, both included. */
export const integerBetween = (min: number, max: number) => numberBetween(min, max, { integer: true })

/** A TCP port; 0 lets the system choose. */
export const tcpPort = integerBetween(0, 65_535)

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * A PostgreSQL connection string; the value is never repeated, for it holds a password. The files it names must be
 * there: node-postgres would only fail when it connects.
 */
export const postgresUrl = makeValidator<string>((text) => {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new EnvError(
      'is not a connection string such as postgres://user:password@host:5432/infinite_scribe',
    )
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw new EnvError('must begin with postgres://')
  const mode = url.searchParams.get('sslmode')
  if (mode !== null && !SSL_MODES.includes(mode))
    throw new EnvError(`has an sslmode that is none of ${SSL_MODES.join(', ')}`)
  const root = url.searchParams.get('sslrootcert')
  if (root !== null) readCertificates(root, 'names an sslrootcert that')
  for (const name of ['sslcert', 'sslkey']) {
    const file = url.searchParams.get(name)
    if (file !== null) readText(file, `names an ${name} that`)
  }
  return text
})

/** An address of an HTTP server; the value is never repeated, for it may hold a password. */
export const httpUrl = makeValidator<string>((text) => {
  let protocol: string
  try {
    protocol = new URL(text).protocol
  } catch {
    throw new EnvError('is not an address such as http://localhost:4318')
  }
  if (protocol !== 'http:' && protocol !== 'https:') throw new EnvError('must begin with http:// or https://')
  return text
})

/** The PEM certificates in the file of this name. */
export const certificateFile = makeValidator<string>((file) => readCertificates(file, 'names a file that'))

function readCertificates(file: string, what: string): string {
  const text = readText(file, what)
  try {
    new X509Certificate(text)
  } catch {
    throw new EnvError(`${what} holds no certificate in PEM form`)
  }
  return text
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new EnvError(`${what} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
  }
}

/** A list separated by commas, without empty members. */
export const commaSeparated = makeExactValidator<string[]>((text) =>
  text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== ''),
)

/** winston's levels, the most severe first. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly'] as const

/** Kafka's rule for topic names. */
export const topicName = makeValidator<string>((text) => {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(text) || text === '.' || text === '..') {
    throw new EnvError('is not a topic name that Kafka allows (letters, digits, ".", "_", "-", at most 249)')
  }
  return text
})

/** A topic that has a dead-letter topic beside it, whose name (`<topic>.dlq`) must be one too. */
export const eventsTopicName = makeValidator<string>((text) => {
  if (!/^[A-Za-z0-9._-]{1,245}$/.test(text) || text === '.' || text === '..') {
    throw new EnvError(
      'is not a topic name that Kafka allows (letters, digits, ".", "_", "-", at most 245: ".dlq" is added)',
    )
  }
  return text
})
