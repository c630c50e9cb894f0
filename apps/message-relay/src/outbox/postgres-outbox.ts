/** The outbox in PostgreSQL, as the pipeline knows it. */
import type { OutboxReader, OutboxSettler, OutboxUpkeep } from '../pipeline/ports'
import type { Database } from './database'
import { deadLettered, deadLettersDue } from './dead-letters'
import { park, release, setBack } from './move-rows'
import { parkedHeads } from './parked-heads'
import { parkedRuns } from './parked-runs'
import { readRange } from './read-range'
import { removeSent } from './remove-sent'
import { settleRows } from './settle-rows'

/** Binds each statement of this folder to one database. */
export function postgresOutbox(database: Database): OutboxReader & OutboxSettler & OutboxUpkeep {
  return {
    readRange: (lanes, perLane, bounds, except) => readRange(database, lanes, perLane, bounds, except),
    parkedHeads: (lanes, limit) => parkedHeads(database, lanes, limit),
    parkedRuns: (keys, retriesOnly, bounds) => parkedRuns(database, keys, retriesOnly, bounds),
    park: (rows) => park(database, rows),
    setBack: (rows) => setBack(database, rows),
    release: (rows) => release(database, rows),
    deadLettersDue: (...asked) => deadLettersDue(database, ...asked),
    deadLettered: (rows) => deadLettered(database, rows),
    removeSent: (lanes, olderThanMs) => removeSent(database, lanes, olderThanMs),
    settle: (rows) => settleRows(database, rows),
  }
}
