/** The scenarios, in the order in which a whole run measures them. */
import type { Scenario } from './scenario'
import { claim } from './scenarios/claim'
import { drain } from './scenarios/drain'
import { drain3 } from './scenarios/drain-3'
import { http } from './scenarios/http'
import { idle } from './scenarios/idle'
import { latency } from './scenarios/latency'
import { soak } from './scenarios/soak'
import { steady } from './scenarios/steady'
import { stream } from './scenarios/stream'
import { write } from './scenarios/write'

export const SCENARIOS: readonly Scenario[] = [
  write,
  http,
  drain,
  drain3,
  latency,
  claim,
  idle,
  stream,
  steady,
  soak,
]
