/** Watches a topic fill: the rate from the end of the warm-up to its last record, and what the processes used meanwhile. */
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { BenchTopics } from '../environment/bench-topics'
import { usageOfAll } from '../environment/process-usage'
import type { Figures } from './statistics'

/** Of the rows, for one process: while so many are sent it starts, most of its code is not yet compiled, lanes find their owner. */
export const WARM_UP_SHARE = 0.1
const LOOK_EVERY_MS = 25
const LONGEST_MS = 300_000

export interface Drain {
  readonly topics: BenchTopics
  readonly topic: string
  readonly rows: number
  readonly pids: readonly number[]
  /** The share of the rows that is left out of the figures. */
  readonly warmUpShare: number
  /** Whether every row is settled, asked once the topic is full. */
  readonly settled: () => Promise<boolean>
}

/**
 * Records a second, CPU seconds for 100,000 records, and memory.
 * @throws when the topic holds more records than rows, or does not fill in five minutes, or a process has ended
 */
export async function watchDrain(drain: Drain): Promise<Figures> {
  const { topics, topic, rows, pids, settled } = drain
  const deadline = performance.now() + LONGEST_MS
  const until = async (enough: () => Promise<boolean>) => {
    while (!(await enough())) {
      if (!pids.every((pid) => existsSync(`/proc/${pid}`)))
        throw new Error('a process that drains ended before the outbox was empty')
      if (performance.now() > deadline) throw new Error(`the outbox did not drain in ${LONGEST_MS / 1000} s`)
      await delay(LOOK_EVERY_MS)
    }
  }
  let begun = { records: 0, at: 0, cpuSeconds: 0 }
  await until(async () => {
    begun = {
      records: await topics.count(topic),
      at: performance.now(),
      cpuSeconds: usageOfAll(pids).cpuSeconds,
    }
    return begun.records >= rows * drain.warmUpShare
  })
  let records = begun.records
  await until(async () => (records = await topics.count(topic)) >= rows)
  await until(settled)
  const seconds = (performance.now() - begun.at) / 1000
  const used = usageOfAll(pids)
  if (begun.records >= rows) throw new Error('too few rows: all were sent before the measurement began')
  if (records !== rows) throw new Error(`${rows} rows gave ${records} records`)
  return {
    records_per_s: (rows - begun.records) / seconds,
    cpu_s_per_100k: ((used.cpuSeconds - begun.cpuSeconds) * 100_000) / (rows - begun.records),
    memory_mb: used.peakResidentMb,
  }
}
