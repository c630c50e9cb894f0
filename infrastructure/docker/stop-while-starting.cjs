/**
 * Ends a service that is told to stop before it listens for the signal itself.
 *
 * The kernel drops a signal that the first process of a container has no handler for: a service stopped while its
 * modules load would never hear of it, and be killed when the grace period is over. Nothing is in flight then.
 */
const stop = () => process.exit(0)

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, stop)
  process.on('newListener', (event, listener) => {
    // Later, when the other one is there: with its last listener Node lets go of the signal.
    if (event === signal && listener !== stop) process.nextTick(() => process.off(signal, stop))
  })
}
