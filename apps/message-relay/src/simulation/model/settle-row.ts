/** The model's settlement of one row: under its lane's token, and only while it is PENDING. */
import type { SettledRow } from '../../pipeline/ports'
import type { ModelRow, Tables } from './tables'

/** True when the row was changed. */
export function settleRow(tables: Tables, settled: SettledRow): boolean {
  const row = tables.held(settled) && tables.find(settled)
  if (row?.status !== 'PENDING') return false
  Object.assign(row, changeBy(settled, tables.now()))
  tables.observer?.settled(row)
  return true
}

function changeBy({ settlement }: SettledRow, now: number): Partial<ModelRow> {
  switch (settlement.kind) {
    case 'sent': {
      const { attempts, partition, offset } = settlement
      const written = { attempts, partition, offset, sentAt: now }
      return { status: 'SENT', parked: false, nextAttemptAt: null, willRetry: false, ...written }
    }
    case 'retry': {
      const { attempts, error, delayMs } = settlement
      return { parked: true, willRetry: false, attempts, error, nextAttemptAt: now + delayMs }
    }
    case 'park':
      return { parked: true, willRetry: false, nextAttemptAt: null }
    case 'failed': {
      const { attempts, error, willRetry, holdsKey: parked } = settlement
      const letter = willRetry ? {} : { deadLetterDue: true }
      return { status: 'FAILED', parked, willRetry, attempts, error, nextAttemptAt: null, ...letter }
    }
    case 'hand_back':
      return {}
  }
}
