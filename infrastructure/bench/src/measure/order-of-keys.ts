/** Whether the events of each key stand on the topic in their order, each once. */
import type { BenchTopics } from '../environment/bench-topics'

/**
 * Reads the whole topic.
 * @throws unless each key's versions are 1, 2, 3 … and the topic holds `expected` records
 */
export async function expectOrderKept(topics: BenchTopics, topic: string, expected: number): Promise<void> {
  const last = new Map<string, number>()
  let records = 0
  let wrong = 0
  await topics.readAll(topic, (key, value) => {
    const { aggregate_version: version } = JSON.parse(value.toString()) as { aggregate_version: number }
    if (version !== (last.get(key) ?? 0) + 1) wrong++
    last.set(key, version)
    records++
  })
  if (wrong > 0) throw new Error(`${wrong} of ${records} records are out of order, missing or repeated`)
  if (records !== expected) throw new Error(`${expected} records expected, ${records} read`)
}
