/** Every request that changed something, and what its sender was told. */
import type { Answer } from '../invariants/evidence'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

export class Ledger {
  readonly answers: Answer[] = []
  private readonly open = new Set<Answer>()

  /** Requests that are under way. */
  get inFlight(): number {
    return this.open.size
  }

  /** Writes a request down before it is sent. */
  begin(request: Omit<Answer, 'status'>): Answer {
    const answer: Answer = { ...request, status: null }
    this.answers.push(answer)
    this.open.add(answer)
    return answer
  }

  /** Writes down what it was answered with; nothing when no answer came. */
  end(answer: Answer, told: Partial<Omit<Answer, 'requestId' | 'action' | 'sentAt'>> = {}): void {
    Object.assign(answer as Mutable<Answer>, told, { answeredAt: Date.now() })
    this.open.delete(answer)
  }

  /** How many requests were answered with what: `200`, `409 DUPLICATE_COMMAND`, `no answer`. */
  byAnswer(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { status, errorCode } of this.answers) {
      const name = status === null ? 'no answer' : [status, errorCode].filter(Boolean).join(' ')
      counts[name] = (counts[name] ?? 0) + 1
    }
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => a.localeCompare(b)))
  }
}
