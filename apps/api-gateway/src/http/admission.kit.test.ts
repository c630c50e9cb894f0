/** What the tests of admission share: requests that are asked for by name, and what became of each. */
import { Admission, ADMISSION_LIMITS, type AdmissionLimits, type Entrant } from './admission'
import type { HttpProblem } from './problem'

/** Small, so that a few requests are a crowd. */
export const SMALL_LIMITS: AdmissionLimits = {
  ...ADMISSION_LIMITS,
  atWork: 2,
  line: 2,
  overloadedAfterMs: 100,
  overloadedLine: 1,
  mostHeld: 6,
}

/** Lets promises that are due run on. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

export const pass = async (ms: number) => {
  jest.advanceTimersByTime(ms)
  await settle()
}

export interface AskedAdmission {
  readonly admission: Admission
  readonly begun: string[]
  /** Name and reason, when it was decided. */
  readonly decided: string[]
  /** Name and code, when it was told. */
  readonly told: string[]
  /** Asks to be let in; answers how to end the work. */
  ask(name: string, entrant?: Entrant): () => Promise<void>
}

export function askedAdmission(limits: AdmissionLimits = SMALL_LIMITS): AskedAdmission {
  const admission = new Admission(limits)
  const begun: string[] = []
  const decided: string[] = []
  const told: string[] = []
  const ask = (name: string, entrant: Entrant = {}) => {
    let end!: () => void
    const work = () => {
      begun.push(name)
      return new Promise<void>((resolve) => (end = resolve))
    }
    const onRefused = (_problem: HttpProblem, reason: string) => void decided.push(`${name} ${reason}`)
    admission
      .run(work, { ...entrant, onRefused })
      .catch((problem: unknown) => told.push(`${name} ${(problem as HttpProblem).code}`))
    return async () => {
      end()
      await settle()
    }
  }
  return { admission, begun, decided, told, ask }
}
