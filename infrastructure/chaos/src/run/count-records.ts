/** Counts what the topic holds. */
import { readTopic } from '../invariants/read-topic'
import type { System } from '../system/system'

export interface RecordCounts {
  readonly events: number
  /** Records beyond the first of each event; those of a topic that is gone are not counted. */
  readonly duplicates: number
}

export async function countRecords({ brokers, topic }: System): Promise<RecordCounts> {
  let records = 0
  const known = new Set<string>()
  await readTopic(brokers, topic, (some) => {
    for (const { value } of some) known.add((JSON.parse(value ?? '{}') as { event_id: string }).event_id)
    records += some.length
    return Promise.resolve()
  })
  return { events: known.size, duplicates: records - known.size }
}
