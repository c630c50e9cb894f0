/** Reads along with a connection to PostgreSQL: where its transaction is, and which errors it was told. */
import { Frames, postgresClientFrameSize, postgresFrameSize } from './frames'
import type { LinkedConnection, NewTap } from './link'
import type { Step, Steps } from './steps'

/** What a statement is to those who watch; a transaction that wrote commits with its COMMIT, or by itself. */
export interface Meaning {
  readonly writes?: { readonly begun?: Step; readonly sent: Step; readonly answered: Step }
  readonly reads?: { readonly answered: Step }
}

const GATEWAY_WRITE: Meaning = {
  writes: { begun: 'write-begun', sent: 'commit-sent', answered: 'commit-answered' },
}
const SETTLE: Meaning = { writes: { sent: 'settle-sent', answered: 'settle-answered' } }
const CLAIM: Meaning = { reads: { answered: 'claim-answered' } }

/** A gateway's statements: those that write a command, its events, or the end of its task. */
export const meaningToGateway = (sql: string): Meaning =>
  /\b(insert\s+into|update)\s+(command_inbox|genesis_sessions|domain_events|event_outbox|async_tasks)\b/i.test(
    sql,
  )
    ? GATEWAY_WRITE
    : {}

/** A relay's statements: what reads rows of the outbox, and what settles them. */
export const meaningToRelay = (sql: string): Meaning => {
  if (/\bupdate\s+event_outbox\b/i.test(sql)) return SETTLE
  return /\bfrom\s+event_outbox\b/i.test(sql) && !/\bdelete\s+from\b/i.test(sql) ? CLAIM : {}
}

/** How often PostgreSQL answered with each SQLSTATE. */
export type SqlStates = Map<string, number>

const BEGIN = /^\s*(begin|start\s+transaction)\b/i
const COMMIT = /^\s*commit\b/i

/** A tap for each connection of a link. */
export const postgresTap =
  (steps: Steps, states: SqlStates, meaningOf: (sql: string) => Meaning): NewTap =>
  (connection) =>
    new PostgresTap(connection, steps, states, meaningOf)

class PostgresTap {
  private readonly fromClientFrames = new Frames(postgresClientFrameSize)
  private readonly fromServerFrames = new Frames(postgresFrameSize)
  private readonly prepared = new Map<string, string>()
  private inTransaction = false
  private wrote: Meaning['writes']
  /** The step that the server's next word of being ready stands for. */
  private awaited: Step | undefined

  constructor(
    private readonly connection: LinkedConnection,
    private readonly steps: Steps,
    private readonly states: SqlStates,
    private readonly meaningOf: (sql: string) => Meaning,
  ) {}

  get writing(): boolean {
    return this.wrote !== undefined
  }

  fromClient(bytes: Buffer): void {
    for (const frame of this.fromClientFrames.push(bytes)) this.clientSaid(frame)
  }

  fromServer(bytes: Buffer): Buffer {
    for (const frame of this.fromServerFrames.push(bytes)) this.serverSaid(frame)
    return bytes
  }

  private clientSaid(frame: Buffer): void {
    const type = String.fromCharCode(frame[0] ?? 0)
    if (type === 'Q') this.runs(textAt(frame, 5))
    else if (type === 'P') this.prepared.set(textAt(frame, 5), textAt(frame, afterText(frame, 5)))
    else if (type === 'B') this.runs(this.prepared.get(textAt(frame, afterText(frame, 5))) ?? '')
  }

  private runs(sql: string): void {
    if (BEGIN.test(sql)) {
      this.inTransaction = true
      return
    }
    if (COMMIT.test(sql)) {
      if (this.wrote) this.commits(this.wrote)
      return
    }
    const { writes, reads } = this.meaningOf(sql)
    if (reads) this.awaited = reads.answered
    if (!writes) return
    // A statement that is its own transaction begins and commits in one moment, which is that of its COMMIT.
    if (this.inTransaction && !this.wrote && writes.begun) this.reach(writes.begun)
    this.wrote = writes
    if (!this.inTransaction) this.commits(writes)
  }

  private commits({ sent, answered }: NonNullable<Meaning['writes']>): void {
    this.awaited = answered
    this.reach(sent)
  }

  private serverSaid(frame: Buffer): void {
    const type = String.fromCharCode(frame[0] ?? 0)
    if (type === 'E') {
      const state = sqlStateOf(frame)
      this.states.set(state, (this.states.get(state) ?? 0) + 1)
      this.awaited = undefined
    }
    if (type !== 'Z') return
    const { awaited } = this
    this.awaited = undefined
    this.inTransaction = String.fromCharCode(frame[5] ?? 0) !== 'I'
    if (!this.inTransaction) this.wrote = undefined
    if (awaited !== undefined) this.reach(awaited)
    this.connection.answerArrived()
  }

  private reach(step: Step): void {
    this.steps.reach(step, this.connection)
  }
}

const textAt = (frame: Buffer, at: number): string => frame.toString('utf8', at, frame.indexOf(0, at))
const afterText = (frame: Buffer, at: number): number => frame.indexOf(0, at) + 1

function sqlStateOf(frame: Buffer): string {
  for (let at = 5; at < frame.length && frame[at] !== 0; at = afterText(frame, at + 1)) {
    if (frame[at] === 'C'.charCodeAt(0)) return textAt(frame, at + 1)
  }
  return 'unknown'
}
