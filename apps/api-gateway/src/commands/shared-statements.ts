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

  /**
   * @param send one statement for all of them; answers each. It rejects, having answered nobody, when no connection was
   *   to be had: then those who wait are told so too, for they would wait as long again for one.
   */
  constructor(
    private readonly limits: SharingLimits,
    private readonly send: (together: readonly Asker<Asked, Answer>[]) => Promise<void>,
  ) {}

  /**
   * The answer to what is asked, at once when few statements are under way.
   * @throws {ServiceFault} SERVICE_UNAVAILABLE when it waited for too long; nothing was sent.
   * @throws what `send` rejects with, when nothing could be sent.
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
      const together = this.next(this.limits.together)
      this.underWay++
      void this.send(together)
        .catch((error: unknown) => {
          for (const { reject } of [...together, ...this.next(Infinity)]) reject(error)
        })
        .finally(() => {
          this.underWay--
          this.sendSoon()
        })
    }
  }

  /** Takes so many out of the line. */
  private next(most: number): Waiting<Asked, Answer>[] {
    const next = this.waiting.splice(0, most)
    for (const { timer } of next) clearTimeout(timer)
    return next
  }
}
