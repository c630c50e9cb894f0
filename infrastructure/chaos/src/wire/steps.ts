/** The moments of a transaction or a publish at which a fault can strike, as they are seen on the wire. */
import type { LinkedConnection } from './link'

/**
 * The first write of a transaction that has more statements to come; the COMMIT, or the one statement that commits by
 * itself; the answer to that.
 */
export const GATEWAY_STEPS = ['write-begun', 'commit-sent', 'commit-answered'] as const
export const RELAY_STEPS = [
  'claim-answered',
  'publish-sent',
  'publish-answered',
  'settle-sent',
  'settle-answered',
] as const
export type GatewayStep = (typeof GATEWAY_STEPS)[number]
export type RelayStep = (typeof RELAY_STEPS)[number]
export type Step = GatewayStep | RelayStep

type Action = (connection: LinkedConnection) => void

/** Tells of steps, each to whoever waits for it next. */
export class Steps {
  private readonly waiting = new Map<Step, Set<Action>>()
  private readonly counts = new Map<Step, number>()

  /** How often the step was passed. */
  count(step: Step): number {
    return this.counts.get(step) ?? 0
  }

  /** Runs `action` once, in the very moment of the step and before its bytes go on; false when none came in time. */
  async next(step: Step, withinMs: number, action: Action): Promise<boolean> {
    const actions = this.waiting.get(step) ?? new Set()
    this.waiting.set(step, actions)
    return new Promise((resolve) => {
      const strike: Action = (connection) => {
        clearTimeout(timer)
        actions.delete(strike)
        action(connection)
        resolve(true)
      }
      const timer = setTimeout(() => {
        actions.delete(strike)
        resolve(false)
      }, withinMs)
      actions.add(strike)
    })
  }

  reach(step: Step, connection: LinkedConnection): void {
    this.counts.set(step, this.count(step) + 1)
    const [first] = this.waiting.get(step) ?? []
    first?.(connection)
  }
}
