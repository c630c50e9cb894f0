/** Runs the main function of a program: its end, its faults and its signals become an exit code. */
import { PartStartError, SetupError, StackRefusal } from '../provider'

/** Aborted once, by the first of SIGINT, SIGTERM, SIGHUP or the death of the program that launched this one. */
export const shutdownSignal = (): AbortSignal => {
  const controller = new AbortController()
  const stop = (name: string) => (): void => controller.abort(name)
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop(name))
  process.once('disconnect', stop('SIGHUP'))
  // The channel to the launcher only tells of its end; it must not keep this program alive.
  process.channel?.unref()
  return controller.signal
}

/** The work's result, or `undefined` as soon as the signal is aborted; the work then goes on by itself. */
export const untilAborted = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> => {
  let stop: () => void = () => undefined
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
  })
  work.catch(() => undefined)
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', stop))
}

const EXIT_CODE_OF: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

/** The exit code of a program that a signal ended. */
export const exitCodeOf = (signal: AbortSignal): number => EXIT_CODE_OF[String(signal.reason)] ?? 1

/** A message for people where the fault is one of theirs or of their machine's; else the stack. */
export const explain = (error: unknown): string => {
  for (const known of [PartStartError, SetupError, StackRefusal]) {
    if (error instanceof known) return error.message
  }
  if (error instanceof Error) return error.stack ?? error.message
  return String(error)
}

/**
 * Ends the program once what it printed is out. Left to end by itself, Node may turn round for ever: it waits for each
 * write on a socket, and one that was cut in the middle of a write never says that it ended.
 */
const exit = (code: number): void => {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}

/** Runs `main`; its answer is the exit code, and `faultCode` where it throws. */
export const runProgram = (main: () => Promise<number>, faultCode = 1): void => {
  // A terminal that was closed, or a reader that had enough, must not keep the program from taking things down.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  main().then(exit, (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`)
    exit(faultCode)
  })
}
