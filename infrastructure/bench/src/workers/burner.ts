/** Burns one core until it is told to stop, as a neighbour on the same machine would. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { runWorker } from './worker'

/** How long it goes without a look at its messages. */
const TURN_MS = 50

runWorker<Record<string, never>>(async ({ ready, stopped }) => {
  await ready()
  while (!stopped.aborted) {
    const end = performance.now() + TURN_MS
    while (performance.now() < end);
    await nextTurn()
  }
  return {}
})
