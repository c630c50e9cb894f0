/** Measures contenders in turn, A B A B, so that a noisy minute meets them all. */
import { medianOfRounds, type Figures } from './statistics'

export interface Contender {
  readonly name: string
  /** One measurement from a clean start, its result checked. */
  measure(): Promise<Figures>
}

/**
 * The median figures of each contender. Every other round goes the other way, so that nobody is always first.
 * @throws what a measurement throws; a failed request is a failed run.
 */
export async function interleave(
  rounds: number,
  contenders: readonly Contender[],
  say: (note: string) => void,
): Promise<ReadonlyMap<string, Figures>> {
  const measured = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      say(`round ${round + 1} of ${rounds}: ${contender.name}`)
      measured.get(contender.name)?.push(await contender.measure())
    }
  }
  return new Map([...measured].map(([name, figures]) => [name, medianOfRounds(figures)]))
}

/** One figure of one contender. */
export function figureOf(measured: ReadonlyMap<string, Figures>, contender: string, name: string): number {
  const value = measured.get(contender)?.[name]
  if (value === undefined) throw new Error(`${contender} has no figure ${name}`)
  return value
}
