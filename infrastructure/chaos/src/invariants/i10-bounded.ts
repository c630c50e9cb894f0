/** I10: nothing grows without bound: memory, connections, files, rows that should be gone. */
import type { ResourceBounds, ResourceSample } from './evidence'
import { countOf, violationsOf, type Invariant, type Violation } from './invariant'

/** What a removal in small steps may lag behind: a relay that was lost is followed by another within its lease of 10 s. */
const REMOVAL_SLACK_SECONDS = 20
/**
 * A row that was FAILED or parked when the removal came by waits until it starts over, every tenth of the retention or hour,
 * with one of its rounds: one every hundredth of the retention, or minute.
 */
const PASSED_OVER_SECONDS = '(least($1 * 360, 3600) + least($1 * 36, 60))'
/** How long after its end a ticket may be there when others are sold. */
const TICKET_SLACK_SECONDS = 10
/**
 * A process (a restart makes another) that was measured for so long is held to a memory that does not grow: a third of it has a
 * whole rise and fall of a gateway's heap under this load, some four minutes.
 */
const STEADY_MINUTES = 15
/** As a part of what it was. */
const MAY_GROW = 0.1

/** Rows that must be gone: SENT for longer than they are kept. Cleaned ones, which are gone, are seen by their receipts. */
const OVERDUE = `$1::float8 > 0 AND status = 'SENT'
                 AND sent_at < now() - make_interval(secs => $1 * 3600 + ${PASSED_OVER_SECONDS} + ${REMOVAL_SLACK_SECONDS})`

export const bounded: Invariant = {
  id: 'I10',
  title: 'memory, connections, files and rows past their retention do not grow without bound',
  async check(open) {
    const { samples = [], bounds, retentionHours = 0, unusedTickets = [] } = open.given
    const violations = await violationsOf(open, [
      [
        'SENT rows past their retention',
        `SELECT id AS outbox_id, lane, seq, sent_at, now() - sent_at AS age FROM event_outbox WHERE ${OVERDUE}`,
        [retentionHours],
      ],
      [
        'tickets of streams long past their end',
        // It is the sale of a ticket that removes those which have expired.
        `SELECT encode(hash, 'hex') AS hash, created_at, expires_at FROM stream_tickets
          WHERE expires_at < (SELECT max(created_at) FROM stream_tickets) - interval '${TICKET_SLACK_SECONDS} s'`,
      ],
    ])
    const processes = bounds === undefined ? [] : [...exceeded(samples, bounds), ...grown(samples)]
    const overdue = await countOf(
      open,
      `SELECT count(*)::integer AS count FROM chaos_outbox WHERE ${OVERDUE}`,
      [retentionHours],
    )
    const lastSale = Math.max(...unusedTickets.map(({ soldAt }) => soldAt))
    const expired = unusedTickets.filter(
      ({ expiresAt }) => expiresAt < lastSale - TICKET_SLACK_SECONDS * 1_000,
    )
    return {
      judged: samples.length + overdue + expired.length,
      amongThem: { 'rows past their retention': overdue, 'expired tickets': expired.length },
      violations: [...violations, ...processes],
    }
  },
}

function exceeded(samples: readonly ResourceSample[], bounds: ResourceBounds): Violation[] {
  const figures = ['residentMb', 'files', 'connections'] as const
  return figures.flatMap((figure) => {
    const over = samples.filter((sample) => sample[figure] > bounds[figure])
    if (over.length === 0) return []
    return [
      {
        what: `more ${figure} than ${bounds[figure]}`,
        count: over.length,
        rows: over.slice(0, 5).map(asRow),
      },
    ]
  })
}

/** Processes that were measured for long and took more memory at the end than before. */
function grown(samples: readonly ResourceSample[]): Violation[] {
  const rows = steadyMemoryOf(samples).filter(({ growth }) => !(growth <= MAY_GROW))
  return rows.length === 0
    ? []
    : [{ what: 'memory grows', count: rows.length, rows: rows.map((row) => ({ ...row })) }]
}

export interface MemoryOfProcess {
  readonly process: string
  readonly pid: number
  readonly minutes: number
  /** The most it took in the second third of its time: in the first it is still being warmed up. */
  readonly peakMb: number
  /** What the most of the last third is above that, as a part of it; negative where it is below. */
  readonly growth: number
  /** Each minute's median. */
  readonly mbByMinute: readonly number[]
}

/**
 * Of each process that was measured for {@link STEADY_MINUTES}. Peaks are compared, for a gateway's memory rises until its
 * heap is four times what is alive, which takes minutes under this load, and falls then: when more is alive the peak is higher.
 */
export function steadyMemoryOf(samples: readonly ResourceSample[]): MemoryOfProcess[] {
  const byProcess = new Map<number, ResourceSample[]>()
  for (const sample of samples) {
    const own = byProcess.get(sample.pid)
    if (own) own.push(sample)
    else byProcess.set(sample.pid, [sample])
  }
  return [...byProcess.values()].flatMap((own) => {
    const [first, last] = [own.at(0), own.at(-1)]
    if (!first || !last) return []
    const minutes = (last.at - first.at) / 60_000
    if (minutes < STEADY_MINUTES) return []
    const thirdOf = (at: number) => Math.min(2, Math.floor((3 * (at - first.at)) / (last.at - first.at)))
    const peakOf = (third: number) =>
      Math.max(...own.filter(({ at }) => thirdOf(at) === third).map(({ residentMb }) => residentMb))
    const peakMb = peakOf(1)
    return [
      {
        process: first.process,
        pid: first.pid,
        minutes: Number(minutes.toFixed(1)),
        peakMb: Number(peakMb.toFixed(1)),
        growth: Number((peakOf(2) / peakMb - 1).toFixed(3)),
        mbByMinute: mediansByMinute(own, first.at),
      },
    ]
  })
}

function mediansByMinute(samples: readonly ResourceSample[], since: number): number[] {
  const minutes = new Map<number, number[]>()
  for (const { at, residentMb } of samples) {
    const minute = Math.floor((at - since) / 60_000)
    minutes.set(minute, [...(minutes.get(minute) ?? []), residentMb])
  }
  return [...minutes.values()].map((values) => Number(median(values).toFixed(1)))
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

const asRow = (sample: ResourceSample) => ({ ...sample })
