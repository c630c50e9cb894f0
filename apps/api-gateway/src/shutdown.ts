/** Ends the gateway in order when it is told to, and by force when that takes too long. */
import { describeError, type Logger, type Tracing } from '@infinite-scribe/service-kit'
import type { Gateway } from './gateway'
import type { Services } from './services'

export interface Running {
  readonly gateway: Pick<Gateway, 'stop'>
  readonly services: Pick<Services, 'stop' | 'stopSweeping'>
  readonly tracing?: Pick<Tracing, 'stop'> | undefined
}

export interface ShutdownParts {
  /** The gateway on its way up: who is told to end meanwhile lets it arrive first. */
  readonly starting: Promise<Running>
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** The time for everything, after which the process ends whatever is still open. */
  readonly overdueMs: number
  /** Ends the process, once the log is written. */
  readonly exit: (code: number) => void
}

/**
 * What to do on a signal; only the first one counts. Exits 0 when all has ended in order, and 1 when something
 * failed, or was still open when the time was up.
 */
export function onSignal({ starting, logger, overdueMs, exit }: ShutdownParts) {
  const open = new Set<string>()
  const waitFor = async <T>(what: string, ending: Promise<T>): Promise<T> => {
    open.add(what)
    const result = await ending
    open.delete(what)
    return result
  }
  const endAll = async () => {
    const { gateway, services, tracing } = await waitFor('start', starting)
    // Together: a sweep may wait for a session as long as a request may.
    await Promise.all([
      waitFor('requests', gateway.stop()),
      waitFor('overdue commands', services.stopSweeping()),
    ])
    await waitFor('connections', services.stop())
    if (tracing) await waitFor('spans', tracing.stop())
  }
  let stopping = false
  return (signal: string): void => {
    if (stopping) return
    stopping = true
    logger.info('stopping', { signal })
    const leave = (code: number) => {
      clearTimeout(overdue)
      exit(code)
    }
    const overdue = setTimeout(() => {
      logger.error('not stopped in time', { still_open: [...open] })
      leave(1)
    }, overdueMs)
    endAll().then(
      () => {
        logger.info('stopped')
        leave(0)
      },
      (error: unknown) => {
        logger.error('not stopped in order', { still_open: [...open], error: describeError(error) })
        leave(1)
      },
    )
  }
}
