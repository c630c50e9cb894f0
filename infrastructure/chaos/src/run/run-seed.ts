/** One seed from its first process to its verdict. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Ground } from '../faults/ground'
import { checkInvariants, heldToNothing, type Verdict } from '../invariants/check-invariants'
import type { CalmWindow, PastTopic, ResourceSample } from '../invariants/evidence'
import { Ledger } from '../load/ledger'
import { insertPoison } from '../load/poison'
import type { Plan } from '../plan/plan'
import { withClient } from '../system/database'
import type { Servers } from '../system/servers'
import { RETENTION_HOURS, System } from '../system/system'
import { countRecords, type RecordCounts } from './count-records'
import { Load } from './load'
import { Recovery } from './recovery'
import { comesToRest } from './rest'
import { BOUNDS, Sampler } from './sampler'
import { streamsHeldToFacts } from './streams'
import { Timeline, type Moment } from './timeline'
import { Torment, type FaultReport } from './torment'

export interface SeedResult extends RecordCounts {
  readonly plan: Plan
  readonly faults: readonly FaultReport[]
  readonly verdicts: readonly Verdict[]
  /** What went wrong beside the invariants: a process that ended by itself, an answer that must not be, a stream. */
  readonly failures: readonly string[]
  readonly timeline: readonly Moment[]
  readonly answers: Readonly<Record<string, number>>
  readonly commands: number
  readonly streams: { readonly opened: number; readonly shown: number }
  readonly samples: readonly ResourceSample[]
  readonly seconds: number
}

/** Long enough for the first two retries of a poisoned row. */
const CALM_MS = 4_500
const POISON = 3

/** Runs a plan. @throws only when the system cannot be brought up; the signal's reason */
export async function runSeed(
  servers: Servers,
  plan: Plan,
  told: (line: string) => void,
  signal: AbortSignal,
): Promise<SeedResult> {
  const startedAt = performance.now()
  const failures: string[] = []
  let note = (text: string): void => told(text)
  const name = `chaos-${plan.seed}-${Date.now().toString(36)}`
  const system = await System.start(servers, name, (member, how, asked) => {
    note(`${member}: ${how}`)
    if (!asked) failures.push(`${member} ended by itself: ${how}`)
  })
  const timeline = new Timeline(told)
  note = timeline.note
  const ledger = new Ledger()
  const pastTopics: PastTopic[] = []
  const ground: Ground = { system, ledger, pastTopics, note }
  const load = new Load(system, ledger, plan.seed)
  const sampler = new Sampler(system)
  const torment = new Torment(ground, new Recovery(system, ledger), timeline)
  /** What goes wrong here is a finding: the run goes on to find more. */
  const orFailure = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      signal.throwIfAborted()
      failures.push(error instanceof Error ? error.message : String(error))
      note(`failed: ${failures.at(-1) ?? ''}`)
      return undefined
    }
  }
  const judge = (calm: CalmWindow | undefined) =>
    checkInvariants({
      databaseUrl: system.databaseUrl,
      brokers: system.brokers,
      topic: system.topic,
      answers: ledger.answers,
      pastTopics,
      settled: true,
      calm: calm ? sampler.calmPartsOf(calm) : [],
      samples: sampler.samples,
      bounds: BOUNDS,
      unusedTickets: load.unusedTickets,
      retentionHours: RETENTION_HOURS,
    })
  try {
    await load.start()
    sampler.start()
    await orFailure(() => torment.carryOut(plan, signal))
    await delay(Math.max(0, plan.loadMs - timeline.nowMs), undefined, { signal })
    note('calm')
    const calm = await orFailure(() => calmTime(system, signal))
    await orFailure(() => load.stop())
    await orFailure(() => comesToRest(system, signal))
    await orFailure(() => streamsHeldToFacts(load.readers, system, signal))
    sampler.stop()
    const verdicts = await orFailure(() => judge(calm))
    failures.push(...heldToNothing(verdicts ?? []).map(({ id }) => `${id} had nothing to judge`))
    const counts = await orFailure(() => countRecords(system))
    const answers = ledger.byAnswer()
    failures.push(...Object.entries(answers).flatMap(([answer, count]) => ourFault(answer, count)))
    return {
      plan,
      faults: torment.reports,
      verdicts: verdicts ?? [],
      failures,
      timeline: timeline.moments,
      answers,
      commands: ledger.answers.filter(({ action }) => action === 'command').length,
      ...(counts ?? { events: 0, duplicates: 0 }),
      streams: load.shown,
      samples: sampler.samples,
      seconds: Math.round((performance.now() - startedAt) / 1000),
    }
  } finally {
    sampler.stop()
    await load.stop().catch(() => undefined)
    await load.closeStreams().catch(() => undefined)
    await system.close()
    // The servers may be down after a failure; they go with all they hold at the end of the run.
    await system.drop().catch(() => undefined)
  }
}

/** A time without faults under load, in which retries must be on time. */
async function calmTime(system: System, signal: AbortSignal): Promise<CalmWindow> {
  const from = Date.now()
  await withClient(system.databaseUrl, (client) => insertPoison(client, system.topic, POISON))
  await delay(CALM_MS, undefined, { signal })
  return { from, to: Date.now() }
}

const ourFault = (answer: string, count: number): string[] =>
  answer.startsWith('500') ? [`${count} requests were answered ${answer}`] : []
