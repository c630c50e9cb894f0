/** What happened when: the story of a seed, for whoever has to understand a failure. */

export interface Moment {
  /** Milliseconds since the load began. */
  readonly atMs: number
  readonly text: string
}

export class Timeline {
  readonly moments: Moment[] = []
  private readonly began = performance.now()

  /** @param told of every line as it is written */
  constructor(private readonly told: (line: string) => void = () => undefined) {}

  get nowMs(): number {
    return performance.now() - this.began
  }

  readonly note = (text: string): void => {
    const moment = { atMs: Math.round(this.nowMs), text }
    this.moments.push(moment)
    this.told(lineOf(moment))
  }
}

export const lineOf = ({ atMs, text }: Moment): string => `${(atMs / 1000).toFixed(2).padStart(7)} s  ${text}`
