/** Those who wait for the tail's next look. */
import { ServiceFault } from '../outcome'
import type { TailMoment } from './batch-reader'

interface Waiter {
  resolve(moment: TailMoment): void
  reject(fault: ServiceFault): void
}

export class MomentWaiters {
  private readonly waiting = new Set<Waiter>()

  /** @param patienceMs how long each waits, in milliseconds */
  constructor(private readonly patienceMs: number) {}

  get size(): number {
    return this.waiting.size
  }

  /** @throws {ServiceFault} SERVICE_UNAVAILABLE when there is no answer in time, or when refused. */
  wait(): Promise<TailMoment> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => waiter.reject(unavailable('PostgreSQL does not answer')),
        this.patienceMs,
      )
      const settle = (): void => {
        clearTimeout(timer)
        this.waiting.delete(waiter)
      }
      const waiter: Waiter = {
        resolve: (moment) => {
          settle()
          resolve(moment)
        },
        reject: (fault) => {
          settle()
          reject(fault)
        },
      }
      this.waiting.add(waiter)
    })
  }

  /** Answers those who wait now, not those who come later. */
  answerer(): (moment: TailMoment) => void {
    const asked = [...this.waiting]
    return (moment) => {
      for (const waiter of asked) waiter.resolve(moment)
    }
  }

  refuseAll(message: string): void {
    for (const waiter of [...this.waiting]) waiter.reject(unavailable(message))
  }
}

function unavailable(message: string): ServiceFault {
  return new ServiceFault('SERVICE_UNAVAILABLE', message)
}
