/** When a line is overload, and how long it may be then: told its length and the time, without a clock of its own. */

export interface OverloadLimits {
  /** A line longer than this is overload, if it stays so for `overloadedAfterMs`. */
  readonly line: number
  readonly overloadedAfterMs: number
  /** How long the line may be under overload. */
  readonly overloadedLine: number
  /** Overload is over when nobody had to be refused for so long. */
  readonly calmAfterMs: number
}

export interface Overload {
  readonly longSinceMs: number | undefined
  /** When somebody joined it last; infinite without overload, for a burst is none. */
  readonly longestLine: number
  readonly endsAtMs: number
}

export const NO_OVERLOAD: Overload = { longSinceMs: undefined, longestLine: Infinity, endsAtMs: -Infinity }

/** Somebody joined the line, which is `length` long with him; what is beyond `longestLine` is to be refused. */
export function onJoined(before: Overload, length: number, nowMs: number, limits: OverloadLimits): Overload {
  const longSinceMs = length > limits.line ? (before.longSinceMs ?? nowMs) : undefined
  const longForMs = nowMs - (longSinceMs ?? nowMs)
  const overloaded = nowMs < before.endsAtMs || longForMs > limits.overloadedAfterMs
  const longestLine = overloaded ? limits.overloadedLine : Infinity
  const endsAtMs = length > longestLine ? nowMs + limits.calmAfterMs : before.endsAtMs
  return { longSinceMs, longestLine, endsAtMs }
}

/** Somebody left the line, which is `length` long without him. */
export function onLeft(before: Overload, length: number, limits: OverloadLimits): Overload {
  return length > limits.line ? before : { ...before, longSinceMs: undefined }
}
