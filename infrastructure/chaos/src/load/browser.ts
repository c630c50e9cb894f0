/** A browser: buys a ticket for each of its streams, which it opens by the ticket alone, and at times does not after all. */
import { setTimeout as delay } from 'node:timers/promises'
import type { UnusedTicket } from '../invariants/evidence'
import type { Random } from '../plan/random'
import type { Gateway } from './recording-fetch'

export interface BrowserParts {
  readonly token: string
  readonly random: Random
  readonly gateways: readonly Gateway[]
  readonly signal: AbortSignal
}

const CALL_TIMEOUT_MS = 5_000

export class Browser {
  /** Tickets that it left unused. */
  readonly unused: UnusedTicket[] = []
  /** Streams that it opened by a ticket. */
  opened = 0

  constructor(private readonly parts: BrowserParts) {}

  /** Buys until the signal; what it is refused and what gets no answer is part of the work. */
  async work(): Promise<void> {
    const { random, signal } = this.parts
    while (!signal.aborted) {
      await this.visit().catch(() => undefined)
      await delay(random.between(100, 500), undefined, { signal }).catch(() => undefined)
    }
  }

  private async visit(): Promise<void> {
    const { token, random } = this.parts
    const sale = await this.call('/events/stream/tickets', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const soldAt = Date.now()
    const sold = (await sale.json()) as { ticket: string; expires_at: string }
    if (sale.status !== 201) return
    if (random.chance(0.5)) {
      this.unused.push({ soldAt, expiresAt: Date.parse(sold.expires_at) })
      return
    }
    const stream = await this.call(`/events/stream?ticket=${sold.ticket}`)
    if (stream.ok) this.opened++
    await stream.body?.cancel()
  }

  private call(path: string, init: RequestInit = {}): Promise<Response> {
    const { random, gateways, signal } = this.parts
    const within = AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
    return fetch(`${random.pick(gateways).url}${path}`, { ...init, signal: within })
  }
}
