/** Bounds how many reads run at once; the others wait their turn without holding a connection. */
import type { UnitOfWork } from '../commands/unit-of-work'

export type Reads = Pick<UnitOfWork, 'readOne'>

/** `reads`, at most `limit` at once, in the order of asking. */
export function limitReads(reads: Reads, limit: number): Reads {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    readOne: async (work) => {
      if (running < limit) running += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await reads.readOne(work)
      } finally {
        const next = waiting.shift()
        // Its place goes over to the next as it is, so that nobody slips in between.
        if (next) next()
        else running -= 1
      }
    },
  }
}
