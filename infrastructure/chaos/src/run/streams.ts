/** Holds what the streams showed to the facts. */
import { waitUntil } from '@infinite-scribe/local-stack'
import type { Client } from 'pg'
import { faultsOfStream, type Reader, type StreamFault } from '../load/reader'
import { withClient } from '../system/database'
import type { System } from '../system/system'

/** A stream may be on its way back: it is given time. */
const WITHIN_MS = 25_000

/**
 * Resolves when every stream has shown every event of its sessions once and in order.
 * @throws with those that have not when the time is up
 */
export async function streamsHeldToFacts(
  readers: readonly Reader[],
  system: System,
  signal: AbortSignal,
): Promise<void> {
  let faults: StreamFault[] = []
  const look = async (client: Client): Promise<true | undefined> => {
    faults = []
    for (const reader of readers) faults.push(...(await faultsOfStream(reader, client)))
    return signal.aborted || faults.length === 0 ? true : undefined
  }
  await waitUntil('the streams', () => withClient(system.databaseUrl, look), {
    timeoutMs: WITHIN_MS,
    intervalMs: 300,
  }).catch(() => {
    throw new Error(`streams did not show their sessions whole: ${JSON.stringify(faults)}`)
  })
  signal.throwIfAborted()
}
