/** The two ways to put a system under load: as fast as it answers, and at a rate whatever it answers. */
import { setTimeout as delay } from 'node:timers/promises'
import { latencyFigures, type Figures } from './statistics'

export interface LoadWindow {
  /** Left out of every figure. */
  readonly warmUpMs: number
  readonly measureMs: number
  /** Told when the measured part begins and ends. */
  readonly mark: (moment: 'begin' | 'end') => void
}

export interface LoadResult extends Figures {
  readonly per_s: number
  readonly p50_ms: number
  readonly p99_ms: number
  readonly max_ms: number
  readonly errors: number
  /** All that were answered well, warm-up included: what the database must hold. */
  readonly accepted: number
}

interface Tally {
  accepted: number
  errors: number
  readonly latencies: number[]
}

/** Closed loop: `inFlight` senders, each sending when its last one was answered. Gives the rate. */
export async function closedLoop(
  window: LoadWindow & { readonly inFlight: number },
  send: (sender: number) => Promise<void>,
): Promise<LoadResult> {
  const tally: Tally = { accepted: 0, errors: 0, latencies: [] }
  const begin = performance.now() + window.warmUpMs
  const end = begin + window.measureMs
  const marks = [markAt(begin, window, 'begin'), markAt(end, window, 'end')]
  await Promise.all(
    Array.from({ length: window.inFlight }, async (_, sender) => {
      while (performance.now() < end) {
        const startedAt = performance.now()
        const worked = await attempt(tally, () => send(sender))
        const endedAt = performance.now()
        if (worked && endedAt >= begin && endedAt < end) tally.latencies.push(endedAt - startedAt)
      }
    }),
  )
  await Promise.all(marks)
  return summary(tally, window.measureMs)
}

/**
 * Open loop: one request at each planned moment, however slow the answers are. Latency counts from the planned
 * moment, so that a stall is paid for by all whom it made wait (coordinated omission).
 */
export async function openLoop(
  window: LoadWindow & { readonly perSecond: number },
  send: (number: number) => Promise<void>,
): Promise<LoadResult> {
  const tally: Tally = { accepted: 0, errors: 0, latencies: [] }
  const start = performance.now()
  const begin = start + window.warmUpMs
  const end = begin + window.measureMs
  const marks = [markAt(begin, window, 'begin'), markAt(end, window, 'end')]
  const underWay = new Set<Promise<void>>()
  for (let number = 0; ; number++) {
    const plannedAt = start + (number * 1000) / window.perSecond
    if (plannedAt >= end) break
    while (performance.now() < plannedAt) await delay(1)
    const one = attempt(tally, () => send(number)).then((worked) => {
      if (worked && plannedAt >= begin) tally.latencies.push(performance.now() - plannedAt)
      underWay.delete(one)
    })
    underWay.add(one)
  }
  await Promise.all([...underWay, ...marks])
  return summary(tally, window.measureMs)
}

async function attempt(tally: Tally, send: () => Promise<void>): Promise<boolean> {
  try {
    await send()
    tally.accepted++
    return true
  } catch (error) {
    if (tally.errors++ === 0) process.stderr.write(`the first failure: ${String(error)}\n`)
    return false
  }
}

async function markAt(moment: number, { mark }: LoadWindow, name: 'begin' | 'end'): Promise<void> {
  await delay(Math.max(0, moment - performance.now()))
  mark(name)
}

function summary({ accepted, errors, latencies }: Tally, measureMs: number): LoadResult {
  return {
    per_s: (latencies.length * 1000) / measureMs,
    ...latencyFigures(latencies),
    errors,
    accepted,
  }
}
