/** What a signal does to a command: what it left at work elsewhere is ended first, then the process. */
import type { OnInterrupt } from './operator-database'

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
/** A database that does not answer keeps nobody longer. */
const CANCEL_WITHIN_MS = 3000

/** Takes the signals of `host` over; a second one ends it at once. */
export function takeSignals(host: NodeJS.Process): { onInterrupt: OnInterrupt; interrupted: () => boolean } {
  const offers = new Set<() => Promise<void>>()
  let interrupted = false
  const end = (code: number): void => {
    if (interrupted) host.exit(code)
    interrupted = true
    setTimeout(() => host.exit(code), CANCEL_WITHIN_MS)
    void Promise.allSettled([...offers].map((cancel) => cancel())).then(() => host.exit(code))
  }
  for (const [name, code] of Object.entries(SIGNALS)) host.on(name, () => end(code))
  const onInterrupt: OnInterrupt = (cancel) => {
    offers.add(cancel)
    return () => void offers.delete(cancel)
  }
  return { onInterrupt, interrupted: () => interrupted }
}
