/** One gateway or one relay of the tormented system: its process, and the links that it reaches its servers by. */
import { waitUntil, type Service } from '@infinite-scribe/local-stack'
import type { Link } from '../wire/link'
import type { SqlStates } from '../wire/postgres-tap'
import type { Steps } from '../wire/steps'

export interface MemberParts {
  readonly name: string
  readonly role: 'gateway' | 'relay'
  readonly service: Service
  readonly steps: Steps
  readonly states: SqlStates
  readonly postgres: Link
  /** A relay's. */
  readonly kafka?: Link
}

/** What a process did at its end. */
export type EndReport = (name: string, how: string, asked: boolean) => void

/** It has to end within its own SHUTDOWN_TIMEOUT and a little. */
const END_WITHIN_MS = 35_000

export class Member {
  private asked = false
  private lastEnd = ''

  constructor(
    private readonly parts: MemberParts,
    report: EndReport,
  ) {
    parts.service.onUnexpectedEnd = (how) => {
      this.lastEnd = how
      report(parts.name, how, this.asked)
    }
  }

  get name(): string {
    return this.parts.name
  }
  get role(): MemberParts['role'] {
    return this.parts.role
  }
  get url(): string {
    return this.parts.service.url
  }
  get pid(): number | undefined {
    return this.parts.service.pid
  }
  get state(): Service['state'] {
    return this.parts.service.state
  }
  get steps(): Steps {
    return this.parts.steps
  }
  /** The SQLSTATEs that it was answered with. */
  get states(): SqlStates {
    return this.parts.states
  }
  get postgres(): Link {
    return this.parts.postgres
  }
  get kafka(): Link | undefined {
    return this.parts.kafka
  }
  /** Whether it has a write on its way to PostgreSQL or Kafka, or an answer to one on its way back. */
  get writing(): boolean {
    return this.links.some(({ writing }) => writing)
  }
  get links(): Link[] {
    return this.kafka ? [this.postgres, this.kafka] : [this.postgres]
  }

  /** Sends a signal in this very moment, not in the next turn of the loop. */
  signalNow(signal: 'SIGKILL' | 'SIGTERM'): void {
    this.asked = true
    if (this.pid !== undefined) process.kill(this.pid, signal)
  }

  /** How it ended, once it has: what it was asked to may take its time. */
  async ended(): Promise<string> {
    await waitUntil(`the end of ${this.name}`, () => (this.state === 'stopped' ? true : undefined), {
      timeoutMs: END_WITHIN_MS,
      intervalMs: 20,
    })
    return this.lastEnd
  }

  async start(): Promise<void> {
    this.asked = false
    await this.parts.service.start()
  }

  startReady(): Promise<void> {
    return this.parts.service.startReady()
  }

  /** Stops it in this very moment. */
  freeze(): Promise<void> {
    if (this.pid !== undefined) process.kill(this.pid, 'SIGSTOP')
    return this.parts.service.freeze()
  }

  thaw(): Promise<void> {
    return this.parts.service.thaw()
  }

  /** Ends it in order, whatever it is doing. */
  async stop(): Promise<void> {
    this.asked = true
    await this.parts.service.stop()
    for (const link of this.links) link.close()
  }
}
