/** Lets the writers of one session wait for each other in this process, before they take a connection. */
import { ServiceFault } from '../outcome'

/** The bounds of a session's queue. */
export interface QueueLimits {
  readonly maxWaiting: number
  readonly maxWaitMs: number
}

// 256 commands are through in time where each takes 55 ms, which is a slow and busy machine.
export const QUEUE_LIMITS: QueueLimits = { maxWaiting: 512, maxWaitMs: 15_000 }

interface Waiter {
  readonly go: () => void
  readonly timer: NodeJS.Timeout
}

/**
 * A queue for each session, first come, first served. Clashes in PostgreSQL are left to other replicas, and a
 * session that many write to holds one connection, not the pool.
 */
export class SessionQueues {
  private readonly waiting = new Map<string, Waiter[]>()

  constructor(private readonly limits: QueueLimits = QUEUE_LIMITS) {}

  /**
   * What `work` returns, run when all that came earlier for this session and owner has ended.
   * The owner is part of the key, so that a stranger who knows a session's id cannot make its owner wait.
   * @throws {ServiceFault} CONCURRENCY_CONFLICT when the queue is full or the wait too long; `work` did not run.
   */
  async inTurn<T>(sessionId: string, owner: string, work: () => Promise<T>): Promise<T> {
    const key = `${sessionId.toLowerCase()} ${owner}`
    await this.turn(key)
    try {
      return await work()
    } finally {
      this.next(key)
    }
  }

  private turn(key: string): Promise<void> {
    const queue = this.waiting.get(key)
    if (!queue) {
      this.waiting.set(key, [])
      return Promise.resolve()
    }
    if (queue.length >= this.limits.maxWaiting)
      return Promise.reject(conflict('The queue of the session is full'))
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1)
        reject(conflict('The session was busy for too long'))
      }, this.limits.maxWaitMs)
      const waiter: Waiter = { go: resolve, timer }
      queue.push(waiter)
    })
  }

  private next(key: string): void {
    const waiter = this.waiting.get(key)?.shift()
    if (!waiter) {
      this.waiting.delete(key)
      return
    }
    clearTimeout(waiter.timer)
    waiter.go()
  }
}

function conflict(message: string): ServiceFault {
  return new ServiceFault('CONCURRENCY_CONFLICT', message)
}
