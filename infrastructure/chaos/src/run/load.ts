/** The load of a seed: authors, agents, readers of streams, and a browser that opens some by tickets. */
import { setMaxListeners } from 'node:events'
import { randomOf } from '../plan/random'
import type { UnusedTicket } from '../invariants/evidence'
import { Agents } from '../load/agents'
import { Browser } from '../load/browser'
import type { Ledger } from '../load/ledger'
import { Reader } from '../load/reader'
import { User } from '../load/user'
import { withClient } from '../system/database'
import type { System } from '../system/system'

const USERS = 12

export class Load {
  readonly readers: Reader[]
  private readonly users: User[]
  private readonly agents: Agents
  private readonly browser: Browser
  private readonly stopWorking = new AbortController()
  private readonly stopReading = new AbortController()
  private working: Promise<unknown> = Promise.resolve()
  private readonly agentsStopped = new AbortController()

  constructor(
    private readonly system: System,
    ledger: Ledger,
    seed: number,
  ) {
    const { gateways } = system
    const { signal } = this.stopWorking
    // Everything that is under way listens for the end.
    setMaxListeners(0, signal, this.stopReading.signal, this.agentsStopped.signal)
    this.users = Array.from({ length: USERS }, (_, number) => {
      const name = `author-${number + 1}`
      const random = randomOf(seed * 1_000 + number)
      return new User({ name, token: system.token(name), ledger, random, gateways, signal })
    })
    this.readers = this.users.map(({ name, client }) => new Reader(name, client, this.stopReading.signal))
    this.browser = new Browser({
      token: system.token('browser'),
      random: randomOf(seed * 1_000 + 998),
      gateways,
      signal,
    })
    this.agents = new Agents({
      brokers: system.brokers,
      topic: system.topic,
      token: system.token('agent', 'tasks:write'),
      ledger,
      random: randomOf(seed * 1_000 + 999),
      gateways,
      signal: this.agentsStopped.signal,
    })
  }

  /** Connections of streams that were made, and events that they showed. */
  get shown(): { opened: number; shown: number } {
    return {
      opened: this.readers.reduce((sum, { opened }) => sum + opened, this.browser.opened),
      shown: this.readers.reduce((sum, { seen }) => sum + seen.length, 0),
    }
  }

  get unusedTickets(): readonly UnusedTicket[] {
    return this.browser.unused
  }

  /** Opens the streams, then lets everybody work. */
  async start(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.open()))
    this.agents.start()
    this.working = Promise.all([this.browser, ...this.users].map((each) => each.work()))
  }

  /** Ends the work; what is under way is answered or given up. @throws what a user met that nobody expected */
  async stop(): Promise<void> {
    this.stopWorking.abort()
    await this.working
    this.agentsStopped.abort()
    await this.agents.close()
    await this.agents.giveUp(await openTasks(this.system))
  }

  async closeStreams(): Promise<void> {
    this.stopReading.abort()
    await Promise.all(this.readers.map((reader) => reader.close()))
  }
}

function openTasks({ databaseUrl }: System): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT id FROM async_tasks WHERE status IN ('PENDING', 'RUNNING')`,
    )
    return rows.map(({ id }) => id)
  })
}
