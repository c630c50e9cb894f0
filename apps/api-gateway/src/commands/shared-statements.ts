/** Lets those who ask for the same kind of statement share it: who comes while some are under way waits for the next. */
import { ServiceFault } from '../outcome'

// As for a free connection of the pool.
const LONGEST_WAIT_MS = 1_500

export interface SharingLimits {
  /** How many statements may be under way. */
  readonly underWay: number
  /** How many may share one. */
  readonly together: number
}

/** One who asked, and how to answer. */
export interface Asker<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

interface Waiting<Asked, Answer> extends Asker<Asked, Answer> {
  readonly timer: NodeJS.Timeout
}

export class SharedStatements<Asked, Answer> {
  private readonly waiting: Waiting<Asked, Answer>[] = []
  private underWay = 0
  private soon: NodeJS.Immediate | undefined

  /** @param send one statement for all of them; answers each, and never rejects */
  constructor(
    private readonly limits: SharingLimits,
    private readonly send: (together: readonly Asker<Asked, Answer>[]) => Promise<void>,
  ) {}

  /**
   * The answer to what is asked, at once when few statements are under way.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when it waited for too long; nothing was sent.
   */
  ask(asked: Asked): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1)
        reject(new ServiceFault('SERVICE_UNAVAILABLE', 'The database was busy for too long'))
      }, LONGEST_WAIT_MS)
      const waiting: Waiting<Asked, Answer> = { asked, resolve, reject, timer }
      this.waiting.push(waiting)
      this.sendSoon()
    })
  }

  // When all that is at hand now was dealt with: requests that arrived together, and those whom one answer set free.
  private sendSoon(): void {
    this.soon ??= setImmediate(() => {
      this.soon = undefined
      this.sendWaiting()
    })
  }

  private sendWaiting(): void {
    while (this.underWay < this.limits.underWay && this.waiting.length > 0) {
      const together = this.waiting.splice(0, this.limits.together)
      for (const { timer } of together) clearTimeout(timer)
      this.underWay++
      void this.send(together).finally(() => {
        this.underWay--
        this.sendSoon()
      })
    }
  }
}
