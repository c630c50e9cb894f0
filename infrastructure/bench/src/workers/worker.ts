/** The child's side of a process of the benchmark: takes its job, says when it is ready, works when told to go. */
import type { FromChild, ToChild } from '../environment/child'

export interface Work<Job> {
  readonly job: Job
  /** Says that all is prepared, and waits for the word to begin. */
  readonly ready: () => Promise<void>
  /** Tells of a moment that the parent measures by. */
  readonly mark: (name: string) => void
  /** Aborted when the parent wants it to end. */
  readonly stopped: AbortSignal
  /** Resolves then. */
  readonly untilStopped: Promise<void>
}

/** Runs `work`; what it returns is sent to the parent. The process ends with its parent. */
export function runWorker<Job>(work: (work: Work<Job>) => Promise<unknown>): void {
  const stop = new AbortController()
  let go: () => void
  const untilStopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  const toldToGo = new Promise<void>((resolve) => (go = resolve))
  const tell = (message: FromChild) => process.send?.(message)

  process.on('disconnect', () => process.exit(0))
  process.on('message', (message: ToChild) => {
    if (message.kind === 'go') go()
    else if (message.kind === 'stop') stop.abort()
    else begin(message.job as Job)
  })

  const begin = (job: Job) => {
    work({
      job,
      ready: () => {
        tell({ kind: 'ready' })
        return toldToGo
      },
      mark: (name) => void tell({ kind: 'mark', name }),
      stopped: stop.signal,
      untilStopped,
    }).then(
      (result) => tell({ kind: 'result', result }),
      (error: unknown) =>
        tell({
          kind: 'failed',
          message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        }),
    )
  }
}
