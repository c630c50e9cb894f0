/** Which events were shown: those that a snapshot shows, up to the highest id that it shows. */
import type { Snapshot } from './snapshot'
import { WRITER_OF_EVENT } from './stream-event'

export interface Shown {
  readonly snapshot: Snapshot
  /** The highest id that the snapshot shows; {@link UNKNOWN_ID} where it was not kept. */
  readonly highestId: bigint
}

/** Above every id. */
export const UNKNOWN_ID = (1n << 63n) - 1n

/**
 * SQL for whether the event `e` is among them. The id counts too: a server that crashed may give out transaction ids
 * again that wrote nothing that lasts, and a snapshot from before takes such a one for ended.
 */
export const isShown = (highestId: string, snapshot: string): string =>
  `(e.id <= ${highestId}::bigint AND pg_visible_in_snapshot(${WRITER_OF_EVENT}, ${snapshot}::pg_snapshot))`
