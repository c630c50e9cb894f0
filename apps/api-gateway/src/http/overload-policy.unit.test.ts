/** How long the line may be, by its length and the time. */
import { NO_OVERLOAD, onJoined, onLeft, type Overload, type OverloadLimits } from './overload-policy'

const LIMITS: OverloadLimits = { line: 64, overloadedAfterMs: 100, overloadedLine: 24, calmAfterMs: 3_000 }

/** What each who joined found: `[when, the length with him]`. */
const joined = (joins: readonly [number, number][], before = NO_OVERLOAD): Overload =>
  joins.reduce((overload, [nowMs, length]) => onJoined(overload, length, nowMs, LIMITS), before)

it.each<[string, [number, number][], number]>([
  [
    'has no bound while it is short',
    [
      [0, 64],
      [500, 64],
    ],
    Infinity,
  ],
  [
    'has none for a burst',
    [
      [0, 900],
      [100, 900],
    ],
    Infinity,
  ],
  [
    'is cut when it was long for too long',
    [
      [0, 65],
      [101, 65],
    ],
    24,
  ],
  [
    'has none when it was short in between',
    [
      [0, 65],
      [50, 64],
      [101, 65],
    ],
    Infinity,
  ],
])('%s', (_, joins, longest) => {
  expect(joined(joins).longestLine).toBe(longest)
})

it('was short when somebody left it so', () => {
  const after = onLeft(joined([[0, 65]]), 64, LIMITS)
  expect(joined([[101, 65]], after).longestLine).toBe(Infinity)
  expect(joined([[101, 65]], onLeft(joined([[0, 66]]), 65, LIMITS)).longestLine).toBe(24)
})

it('stays short until nobody had to be refused for a while', () => {
  const overload = onLeft(
    joined([
      [0, 65],
      [101, 65],
    ]),
    24,
    LIMITS,
  )
  expect(joined([[3_100, 24]], overload).longestLine).toBe(24)
  expect(joined([[3_101, 30]], overload).longestLine).toBe(Infinity)
  // Refused for being beyond the short line, and so it lasts.
  expect(
    joined(
      [
        [3_100, 25],
        [6_000, 1],
      ],
      overload,
    ).longestLine,
  ).toBe(24)
})
