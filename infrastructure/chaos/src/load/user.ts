/** One author at work: opens sessions, sends commands of every type, doubles some, cancels some, and watches the stream. */
import { createClient, isApiError, type Client, type Command } from '@infinite-scribe/client'
import type { Random } from '../plan/random'
import { ANY_GATEWAY, recordingFetch, type Gateway } from './recording-fetch'
import type { Ledger } from './ledger'

/** A try may take this long; a frozen gateway costs no more. */
const CALL_TIMEOUT_MS = 5_000
const RETRY = { attempts: 8, firstDelayMs: 100, maxDelayMs: 2_000 }
/** Commands in a session before the next one is opened, so that no chain becomes the only one. */
const COMMANDS_A_SESSION = 25

export interface UserParts {
  readonly name: string
  readonly token: string
  readonly ledger: Ledger
  readonly random: Random
  readonly gateways: readonly Gateway[]
  readonly signal: AbortSignal
}

export class User {
  readonly client: Client
  private readonly tasks: string[] = []

  constructor(private readonly parts: UserParts) {
    const { token, ledger, random, gateways } = parts
    this.client = createClient({
      baseUrl: ANY_GATEWAY,
      token,
      fetch: recordingFetch(ledger, () => random.pick(gateways)),
      retry: RETRY,
      timeoutMs: CALL_TIMEOUT_MS,
    })
  }

  get name(): string {
    return this.parts.name
  }

  /** Works until the signal; what it is refused and what gets no answer is part of the work. */
  async work(): Promise<void> {
    const { signal } = this.parts
    while (!signal.aborted) {
      const sessionId = await this.open()
      if (sessionId !== undefined) await this.writeIn(sessionId)
    }
  }

  private async writeIn(sessionId: string): Promise<void> {
    const { signal, random } = this.parts
    for (let command = 0; command < COMMANDS_A_SESSION && !signal.aborted; command++) {
      await this.act(sessionId)
      await pause(random.between(5, 60), signal)
    }
  }

  private async open(): Promise<string | undefined> {
    const { random, signal } = this.parts
    const idempotencyKey = this.key()
    const { client } = this
    const opened = await attempt(() => client.openSession({ idempotencyKey, signal }))
    // A second click on "new session".
    if (random.chance(0.2)) await attempt(() => client.openSession({ idempotencyKey, signal }))
    return opened?.session_id
  }

  private async act(sessionId: string): Promise<void> {
    const { random, signal } = this.parts
    const { client } = this
    const roll = random.next()
    if (roll < 0.4) await this.send(sessionId, feedback(random))
    else if (roll < 0.7) await this.generate(sessionId)
    else if (roll < 0.74) await this.confirm(sessionId)
    else if (roll < 0.84) await this.sayTwice(sessionId)
    else if (roll < 0.91) await this.cancelOne()
    else if (roll < 0.96) await attempt(() => client.state(sessionId, { signal }))
    else await attempt(() => client.history(sessionId, { limit: 50 }, { signal }))
  }

  /** A generation, at times with its twin beside it. */
  private async generate(sessionId: string): Promise<void> {
    const { random } = this.parts
    const generation: Command = {
      command_type: 'RequestConceptGeneration',
      payload: { theme_preferences: [random.pick(['科幻', '悬疑', 'romance'])] },
    }
    const twins = random.chance(0.3) ? 2 : 1
    await Promise.all(Array.from({ length: twins }, () => this.send(sessionId, generation)))
  }

  private async confirm(sessionId: string): Promise<void> {
    const { signal } = this.parts
    const state = await attempt(() => this.client.state(sessionId, { signal }))
    const stage = state?.current_stage
    if (stage === undefined || stage === 'FINISHED') return
    await this.send(sessionId, { command_type: 'ConfirmStage', payload: { stage, data: { chosen: stage } } })
  }

  /** The same key again, for the same request and for another one. */
  private async sayTwice(sessionId: string): Promise<void> {
    const { random } = this.parts
    const key = this.key()
    const command = feedback(random)
    await Promise.all([this.send(sessionId, command, key), this.send(sessionId, command, key)])
    if (random.chance(0.3)) await this.send(sessionId, feedback(random), key)
  }

  private async cancelOne(): Promise<void> {
    const { random, signal } = this.parts
    const taskId = this.tasks.splice(random.between(0, Math.max(0, this.tasks.length - 1)), 1)[0]
    if (taskId !== undefined) await attempt(() => this.client.cancel(taskId, 'no patience', { signal }))
  }

  private async send(sessionId: string, command: Command, idempotencyKey = this.key()): Promise<void> {
    const { signal } = this.parts
    const sent = await attempt(() => this.client.sendCommand(sessionId, command, { idempotencyKey, signal }))
    if (sent?.task_id !== undefined) this.tasks.push(sent.task_id)
  }

  private key(): string {
    return `${this.parts.name}-${Math.floor(this.parts.random.next() * 2 ** 32).toString(36)}`
  }
}

const feedback = (random: Random): Command => ({
  command_type: 'SubmitFeedback',
  payload: { rating: random.between(1, 5), feedback: `noted ${random.between(0, 1e9)}` },
})

/** What `call` answers; undefined where it was refused, or got no answer in all its tries. */
export async function attempt<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (isExpected(error)) return undefined
    throw error
  }
}

const isExpected = (error: unknown): boolean =>
  isApiError(error) || (error instanceof Error && ['ConnectionError', 'AbortError'].includes(error.name))

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
}
