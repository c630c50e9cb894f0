/** Reads a service's settings from its environment once, and reports every fault together. */
import { cleanEnv, type CleanedEnv, type ValidatorSpec } from 'envalid'

/** The exit code of a process whose configuration is wrong (sysexits.h: EX_CONFIG). */
export const EX_CONFIG = 78

type Specs = Record<string, ValidatorSpec<unknown>>

/** Everything that is wrong with the environment: one line for each fault, never a secret's value. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  constructor(readonly faults: readonly string[]) {
    super(`the configuration is refused:\n${faults.join('\n')}`)
  }
}

/**
 * The settings that `specs` name, parsed and frozen.
 * @param crossChecks faults that only several settings together show; it is given those that are right alone
 * @throws {ConfigurationError} with every fault.
 */
export function readSettings<S extends Specs>(
  environment: Readonly<Record<string, string | undefined>>,
  specs: S,
  crossChecks: (settings: Partial<CleanedEnv<S>>) => string[] = () => [],
): Readonly<CleanedEnv<S>> {
  // An empty variable is an absent one: compose files pass `NAME=` for what is not set.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const faults: string[] = []
  const settings = cleanEnv(given, specs, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) {
        const problem = (error as Error).name === 'EnvMissingError' ? 'is required' : (error as Error).message
        faults.push(`${name}: ${problem}`)
      }
    },
  })
  // A copy: what is wrong alone is undefined in it, where envalid's own object throws.
  faults.push(...crossChecks({ ...settings }))
  if (faults.length > 0) throw new ConfigurationError(faults)
  return Object.freeze(settings)
}
