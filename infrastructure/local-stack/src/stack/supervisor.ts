/** Performs the verbs of `npm run stack` on a stack, and keeps stack.json true. */
import { writePidFile } from '../processes/pid-file'
import { StackRefusal, type StackPart } from '../provider'
import type { ControlRequest, PartStatus } from './control-server'
import type { LocalStack } from './local-stack'
import { Service } from './service'
import { OWNER_FILE, STACK_FILE, writeJson } from './stack-file'

/** How soon stack.json tells of a process that ended by itself. */
const REFRESH_MS = 500
const TOKEN_RENEWAL_MS = 12 * 60 * 60 * 1000
const MAX_RELAYS = 32

export class Supervisor {
  private written = ''
  private readonly timers: NodeJS.Timeout[] = []

  constructor(private readonly stack: LocalStack) {}

  /** Writes stack.json, and again whenever it changes. */
  watch(): void {
    writePidFile(OWNER_FILE, process.pid)
    this.refresh()
    this.timers.push(
      setInterval(() => this.refresh(), REFRESH_MS),
      setInterval(() => this.stack.renewTokens(), TOKEN_RENEWAL_MS),
    )
  }

  stopWatching(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer)
  }

  private refresh(): void {
    const description = this.stack.describe()
    const text = JSON.stringify(description)
    if (text === this.written) return
    writeJson(STACK_FILE, description)
    this.written = text
  }

  /** Performs one verb; answers with the parts as they are then. */
  readonly perform = async (request: ControlRequest): Promise<readonly PartStatus[]> => {
    await this.act(request)
    this.refresh()
    return this.stack.parts().map((part) => this.statusOf(part))
  }

  private async act({ verb, part, count }: ControlRequest): Promise<void> {
    switch (verb) {
      case 'status':
        return
      case 'reset':
        return this.stack.reset()
      case 'scale':
        if (count === undefined || !Number.isInteger(count) || count < 0 || count > MAX_RELAYS) {
          throw new StackRefusal(`a number of relays from 0 to ${MAX_RELAYS}`)
        }
        return this.stack.scaleRelays(count)
      default: {
        const outcomes = await Promise.allSettled(this.stack.partsNamed(part ?? '').map((one) => one[verb]()))
        const failure = outcomes.find((outcome) => outcome.status === 'rejected')
        if (failure !== undefined) throw failure.reason
      }
    }
  }

  private statusOf(part: StackPart): PartStatus {
    return {
      name: part.name,
      state: part.state,
      pid: part.pid ?? null,
      address: this.addressOf(part),
      log: part.logFile ?? null,
    }
  }

  private addressOf(part: StackPart): string {
    if (part instanceof Service) return part.url
    return part.name === 'kafka' ? this.stack.provider.kafka.brokers : this.stack.databaseUrl
  }
}
