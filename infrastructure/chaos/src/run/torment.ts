/** Carries out the faults of a plan, one after another, and measures the recovery from each. */
import { setTimeout as delay } from 'node:timers/promises'
import { STRIKES } from '../faults/catalog'
import type { Ground } from '../faults/ground'
import type { FaultKind } from '../plan/kinds'
import { describe, type Plan, type PlannedFault } from '../plan/plan'
import type { Recovery } from './recovery'
import type { Timeline } from './timeline'

export interface FaultReport {
  readonly kind: FaultKind
  outcome: 'landed' | 'missed' | 'impossible' | 'not put right'
  /** Until all was well after its end; absent when the next fault came first. */
  recoveryMs?: number
}

/** It must be well again within this. */
const RECOVER_WITHIN_MS = 40_000

export class Torment {
  /** What became of each fault that was begun. */
  readonly reports: FaultReport[] = []
  private measuring: { readonly stop: AbortController; readonly done: Promise<void> } = {
    stop: new AbortController(),
    done: Promise.resolve(),
  }

  constructor(
    private readonly ground: Ground,
    private readonly recovery: Recovery,
    private readonly timeline: Timeline,
  ) {}

  /**
   * Resolves when the last fault is over and recovered from.
   * @throws when a part cannot be put right, or is not well in time; the signal's reason
   */
  async carryOut(plan: Plan, signal: AbortSignal): Promise<void> {
    try {
      for (const fault of plan.faults) {
        await delay(Math.max(0, fault.atMs - this.timeline.nowMs), undefined, { signal })
        if (fault.waits) await this.well()
        await this.stopMeasuring()
        await this.strike(fault)
      }
      await this.well()
    } finally {
      await this.stopMeasuring()
    }
  }

  private async strike(fault: PlannedFault): Promise<void> {
    const { kind } = fault
    const { timeline } = this
    const report: FaultReport = { kind, outcome: 'not put right' }
    this.reports.push(report)
    timeline.note(describe(fault))
    const landing = await STRIKES[kind](fault, this.ground)
    if (typeof landing === 'object') {
      report.outcome = 'impossible'
      timeline.note(`${kind} is not possible here: ${landing.impossible}`)
      return
    }
    report.outcome = landing
    timeline.note(`${kind} is over: ${landing}`)
    this.measure(report)
  }

  private measure(report: FaultReport): void {
    const stop = new AbortController()
    const done = this.recovery.measure(stop.signal).then((recoveryMs) => {
      if (recoveryMs === undefined) return
      report.recoveryMs = recoveryMs
      this.timeline.note(`well again ${recoveryMs} ms after ${report.kind}`)
    })
    this.measuring = { stop, done }
  }

  private async stopMeasuring(): Promise<void> {
    this.measuring.stop.abort()
    await this.measuring.done
  }

  private async well(): Promise<void> {
    const late = delay(RECOVER_WITHIN_MS, 'late', { ref: false })
    if ((await Promise.race([this.measuring.done, late])) === 'late') {
      throw new Error(
        `not well again ${RECOVER_WITHIN_MS / 1000} s after ${this.reports.at(-1)?.kind ?? 'the start'}`,
      )
    }
  }
}
