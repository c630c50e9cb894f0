/** The one interface that the three providers of PostgreSQL and Kafka share, and the errors they answer with. */

export const PROVIDER_NAMES = ['external', 'containers', 'native'] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]
export type ServerName = 'postgres' | 'kafka'
export type PartState = 'stopped' | 'running' | 'frozen'

/** The name of the database that the stack's services use. */
export const DATABASE_NAME = 'infinite_scribe'

/** A part of the stack that can be played with: an outage is a `stop`, a `kill` or a `freeze`. */
export interface StackPart {
  readonly name: string
  /** What the part is now; a process that died by itself is `stopped`. */
  readonly state: PartState
  /** The real process, where the provider has one on this machine. */
  readonly pid: number | undefined
  readonly logFile: string | undefined
  /** Starts it and returns once it does its work; on its old port with its old data if it ran before. */
  start(): Promise<void>
  /** Ends it in order; its data and port stay its own. Nothing happens to a stopped part. */
  stop(): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Suspends it: connections stay open and nobody answers. */
  freeze(): Promise<void>
  thaw(): Promise<void>
}

export interface PostgresPart extends StackPart {
  readonly name: 'postgres'
  /** The folder of its data, where it is on this machine; it may be put on a file system of its own before the start. */
  readonly home?: string
  /** A connection URL whose user may create databases. */
  readonly adminUrl: string
  /** The URL of a database on this server; without a name the one that the stack's services use. */
  databaseUrl(database?: string): string
}

export interface KafkaPart extends StackPart {
  readonly name: 'kafka'
  /** The bootstrap servers, comma-separated. */
  readonly brokers: string
}

/** Ports on this machine. */
export interface ServerPorts {
  readonly postgres?: number
  readonly kafka?: number
}

/**
 * What servers that are started here are for: runs of seconds to minutes, in which a broker that compiles little is ready
 * sooner, or measurements, in which it must run as fast as a deployed one.
 */
export type ServerPurpose = 'short runs' | 'measurements'

export interface StackProvider {
  readonly name: ProviderName
  readonly postgres: PostgresPart
  readonly kafka: KafkaPart
  /** Brings both up, side by side; when one fails the other is taken down again. */
  start(): Promise<void>
  /** Ends both, and removes what is not data: processes and containers. */
  close(): Promise<void>
}

/** A part did not come up: says which, why, and where its log is. */
export class PartStartError extends Error {
  constructor(
    readonly part: string,
    readonly reason: string,
    readonly logFile?: string,
    options?: ErrorOptions,
  ) {
    super(`${part} did not start: ${reason}${logFile === undefined ? '' : `\nIts log: ${logFile}`}`, options)
    this.name = 'PartStartError'
  }
}

/** A step between the parts failed, such as creating the topics; says which, why, and where to look. */
export class SetupError extends Error {
  constructor(
    what: string,
    readonly reason: string,
    readonly logFile?: string,
    options?: ErrorOptions,
  ) {
    super(`${what}: ${reason}${logFile === undefined ? '' : `\nThe server's log: ${logFile}`}`, options)
    this.name = 'SetupError'
  }
}

/** The request makes no sense for this provider or in this state; the message says why. */
export class StackRefusal extends Error {
  override readonly name = 'StackRefusal'
}

/** Starts both servers at once; when one fails, the other is stopped before the failure is thrown. */
export const startTogether = async (parts: readonly StackPart[]): Promise<void> => {
  const outcomes = await Promise.allSettled(parts.map((part) => part.start()))
  const failure = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failure === undefined) return
  await Promise.allSettled(parts.map((part) => part.stop()))
  throw failure.reason
}
